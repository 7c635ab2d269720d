import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Order, Status } from './child'
import type { DeathPoint } from './mortal'

export interface WorkerProcess {
  /** As last reported; undefined before the first report. */
  readonly status: Status | undefined
  /** Set once it has ended: its exit code, or the signal that ended it. */
  readonly ended: number | NodeJS.Signals | undefined
  signal(signal: NodeJS.Signals): void
  /** Lets it kill itself at that point of its next commit. */
  dieAt(point: DeathPoint): void
  /** Its clock shows so much more, or less, than ours from now on. */
  setClock(offsetMs: number): void
  untilEnded(): Promise<number | NodeJS.Signals>
}

export interface WorkerProcessOptions {
  /** The program, from the root of the repository. */
  readonly program: string
  /** All of its environment but the way to the programs. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logFile: string
}

const root = join(__dirname, '..', '..')

export function startWorker({ program, env, logFile }: WorkerProcessOptions): WorkerProcess {
  const { PATH, HOME, LOG_LEVEL } = process.env
  const output = openSync(logFile, 'a')
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', program], {
    cwd: root,
    env: { PATH, HOME, LOG_LEVEL, ...env },
    stdio: ['ignore', output, output, 'ipc'],
  })
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
  const tell = (order: Order) => void child.send(order, () => undefined)
  return {
    get status() {
      return status
    },
    get ended() {
      return ended
    },
    signal: (signal) => void child.kill(signal),
    dieAt: (dieAt) => tell({ dieAt }),
    setClock: (clockOffsetMs) => tell({ clockOffsetMs }),
    untilEnded: () => exited,
  }
}
