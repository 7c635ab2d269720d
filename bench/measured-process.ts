/** A program under measurement: what it has used of the processor and of memory, from /proc (Linux). */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Contestant } from './contestants'

export interface MeasuredProcess {
  /** ms since the epoch at which it was started. */
  readonly startedAt: number
  /** Seconds of processor time so far, over all its threads; NaN where there is no /proc. */
  cpuSeconds(): number
  /** The most memory it has had resident so far, MB; NaN where there is no /proc. */
  peakMegabytes(): number
  /** Rejects when it ends by itself, with what it wrote to its standard error. */
  readonly failed: Promise<never>
  kill(): Promise<void>
}

const TICKS_PER_SECOND = 100
const KEPT_ERROR_CHARACTERS = 4_000

export function startProcess(
  { name, command, args }: Contestant,
  env: Readonly<Record<string, string>>,
): MeasuredProcess {
  const startedAt = Date.now()
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_ERROR_CHARACTERS)
  })
  let killed = false
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  const failed = ended.then(() => {
    if (killed) return new Promise<never>(() => undefined)
    throw new Error(`${name} ended by itself (exit code ${child.exitCode}, signal ${child.signalCode}):\n${said}`)
  })
  failed.catch(() => undefined)
  return {
    startedAt,
    cpuSeconds: () => cpuSecondsOf(child),
    peakMegabytes: () => peakOf(child),
    failed,
    async kill() {
      killed = true
      child.kill('SIGKILL')
      await ended
    },
  }
}

function cpuSecondsOf({ pid }: ChildProcess): number {
  // The name of the program, in brackets, may hold anything; the fields count from behind it.
  const fields = readProc(pid, 'stat')
    ?.replace(/^.*\)\s/s, '')
    .split(' ')
  return fields === undefined ? Number.NaN : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function peakOf({ pid }: ChildProcess): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readProc(pid, 'status') ?? '')?.[1]
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) / 1024
}

function readProc(pid: number | undefined, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}
