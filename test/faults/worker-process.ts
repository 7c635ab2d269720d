import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessingGuarantee } from 'millrace'
import type { Status } from './app'
import type { DeathPoint } from './mortal'

export interface WorkerProcess {
  /** As last reported; undefined before the first report. */
  readonly status: Status | undefined
  /** Set once it has ended: its exit code, or the signal that ended it. */
  readonly ended: number | NodeJS.Signals | undefined
  signal(signal: NodeJS.Signals): void
  /** Lets it kill itself at that point of its next commit. */
  dieAt(point: DeathPoint): void
  untilEnded(): Promise<number | NodeJS.Signals>
}

export interface WorkerProcessOptions {
  readonly applicationId: string
  readonly brokers: readonly string[]
  readonly stateDir: string
  readonly guarantee: ProcessingGuarantee
  readonly sessionTimeoutMs: number
  readonly logFile: string
}

const root = join(__dirname, '..', '..')

export function startWorker(options: WorkerProcessOptions): WorkerProcess {
  const output = openSync(options.logFile, 'a')
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', 'test/faults/app.ts'],
    { cwd: root, env: environment(options), stdio: ['ignore', output, output, 'ipc'] },
  )
  closeSync(output)
  let status: Status | undefined
  let ended: number | NodeJS.Signals | undefined
  child.on('message', (message) => {
    status = message as Status
  })
  child.on('error', () => undefined) // a message to one that is just dying
  const exited = once(child, 'exit').then(([code, signal]) => {
    ended = (code as number | null) ?? (signal as NodeJS.Signals)
    return ended
  })
  return {
    get status() {
      return status
    },
    get ended() {
      return ended
    },
    signal: (signal) => void child.kill(signal),
    dieAt: (point) => void child.send(point, () => undefined),
    untilEnded: () => exited,
  }
}

/** Nothing of our own environment but the way to the programs. */
function environment(options: WorkerProcessOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, LOG_LEVEL } = process.env
  return {
    PATH,
    HOME,
    LOG_LEVEL,
    APPLICATION_ID: options.applicationId,
    BROKERS: options.brokers.join(','),
    STATE_DIR: options.stateDir,
    GUARANTEE: options.guarantee,
    SESSION_TIMEOUT_MS: String(options.sessionTimeoutMs),
  }
}
