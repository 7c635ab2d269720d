import { inspect } from 'node:util'
import type { Logger } from '../logger'
import { describeProgress, type RestoreProgress, totalProgress } from '../worker/restore-progress'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const BAR_WIDTH = 30
const CLEAR_LINE = '\r\u001b[K'

export interface WorkerOutputOptions {
  readonly write: (text: string) => void
  /** One JSON object a line, rather than a line for people. */
  readonly json: boolean
  readonly level: LogLevel
  /** Where the bar of the restores is drawn: a terminal; nowhere where undefined. */
  readonly terminal?: { write(text: string): unknown }
  readonly now: () => number
}

/** What a worker process shows: lines of its log, and on a terminal a bar while it restores. */
export interface WorkerOutput extends Logger {
  /** Draws the bar anew, or takes it away. */
  restoring(restores: readonly RestoreProgress[]): void
}

export function workerOutput({ write, json, level, terminal, now }: WorkerOutputOptions): WorkerOutput {
  let bar = ''
  const line = (of: LogLevel) => (fields: object, message: string) => {
    if (LEVELS.indexOf(of) < LEVELS.indexOf(level)) return
    if (bar !== '') terminal?.write(CLEAR_LINE)
    write(`${json ? jsonOf(of, fields, message) : textOf(of, fields, message)}\n`)
    if (bar !== '') terminal?.write(bar)
  }
  const jsonOf = (of: LogLevel, fields: object, message: string) =>
    JSON.stringify({ time: now(), level: of, ...plain(fields), msg: message })
  function textOf(of: LogLevel, fields: object, message: string): string {
    const { thread, err } = fields as { readonly thread?: number; readonly err?: unknown }
    const from = thread === undefined ? '' : ` [${thread}]`
    const stack = of === 'error' && err !== undefined ? `\n${stackOf(err)}` : ''
    return `${new Date(now()).toISOString()} ${of.padEnd(5)}${from} ${message}${stack}`
  }
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    isLevelEnabled: (of) => LEVELS.indexOf(of as LogLevel) >= LEVELS.indexOf(level),
    restoring: (restores) => {
      const before = bar
      bar = restores.length === 0 ? '' : barOf(restores)
      if (bar !== before) terminal?.write(`${CLEAR_LINE}${bar}`)
    },
  }
}

/** For example: `2 tasks [############------------------] restored 41000 of 100000 records (41 %), 20500/s, 3 s left`. */
function barOf(restores: readonly RestoreProgress[]): string {
  const all = totalProgress(restores)
  const done = Math.min(BAR_WIDTH, Math.floor((all.restored / Math.max(1, all.total)) * BAR_WIDTH))
  const tasks = restores.length === 1 ? 'task' : 'tasks'
  return `${restores.length} ${tasks} [${'#'.repeat(done)}${'-'.repeat(BAR_WIDTH - done)}] ${describeProgress(all)}`
}

/** Errors say nothing in JSON. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error
        ? { message: value.message, stack: value.stack, code: (value as { readonly code?: unknown }).code }
        : value,
    ]),
  )
}

function stackOf(error: unknown): string {
  const { stack } = error as { readonly stack?: unknown }
  return typeof stack === 'string' ? stack : inspect(error)
}
