import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessingGuarantee } from 'millrace'
import type { Cluster } from './cluster'
import type { DeathPoint } from './mortal'
import type { Network } from './network'
import { startWorker, type WorkerProcess } from './worker-process'

export const SESSION_TIMEOUT_MS = 6_000
const READY_WITHIN_MS = 90_000
const WORK_WITHIN_MS = 30_000
const END_WITHIN_MS = 40_000
const REFUSED_WITHIN_MS = 60_000

/** What may be otherwise about one start of a worker. */
export interface StartChanges {
  readonly stateDir?: string
  /** It is to die there. */
  readonly dieAt?: DeathPoint
  /** So long it looks for a broker before it gives up. */
  readonly patienceMs?: number
}

/** The workers of one run, in slots from 0. */
export interface Workers {
  stateDir(slot: number): string
  worker(slot: number): WorkerProcess | undefined
  /** The worker's way to the brokers, where there is but one broker. */
  network(slot: number): Network
  /** Slots whose worker runs. */
  live(): readonly number[]
  start(slot: number, changes?: StartChanges): void
  /** Waits for work in flight, notes how much there is, and does it. @throws Error where there is none */
  strike(what: string, act: () => unknown): Promise<void>
  /** Notes something that is worth a line of the report. */
  note(line: string): void
  /** Notes that a promise was broken. */
  violation(what: string): void
  /** All is as it should be again: from now on catching up is timed. What follows later counts anew. */
  healed(): void
  /** Kills one and waits for its end. */
  kill(slot: number): Promise<void>
  /** Ends one with SIGTERM and waits for its end. */
  terminate(slot: number): Promise<void>
  /** Waits for one to end by itself, as it should; that it does not is a violation. */
  untilRefused(slot: number, why: RegExp): Promise<void>
  /** All tasks run again, at the workers that are left. */
  untilReady(): Promise<void>
}

export interface Strike {
  readonly what: string
  /** Undefined for a line that is no strike. */
  readonly inFlight: number | undefined
}

export interface OpenWorkers extends Workers {
  readonly strikes: readonly Strike[]
  /** Processes that ended by themselves, and what else a fault found broken. */
  readonly broken: readonly string[]
  readonly stateDirs: readonly string[]
  /** When all was as it should be again, ms; undefined where the fault has not said so. */
  readonly healedAt: number | undefined
  /** Ends all with SIGTERM, then those that do not heed it. */
  end(): Promise<void>
}

export interface WorkersOptions {
  readonly cluster: Cluster
  /** What they run, from the root of the repository. */
  readonly program: string
  readonly applicationId: string
  readonly guarantee: ProcessingGuarantee
  readonly directory: string
  /** How many stand at the beginning. */
  readonly size: number
  /** How many tasks they share. */
  readonly tasks: number
  /** They reach the broker through networks of their own. */
  readonly networked: boolean
  /** Further variables of their environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the state of a worker lies; below `directory` where not given. */
  readonly stateDir?: (slot: number) => string
  /** What is sent and not yet covered by a committed offset. */
  inFlight(): Promise<number>
}

/** Starts them and waits until all their tasks run. */
export async function openWorkers(options: WorkersOptions): Promise<OpenWorkers> {
  const { cluster, program, applicationId, guarantee, directory, size, inFlight } = options
  const { kafka, networks } = cluster
  const slots = new Map<number, WorkerProcess>()
  const meant = new WeakSet<WorkerProcess>()
  const stateDirs = new Set<string>()
  const strikes: Strike[] = []
  const broken: string[] = []
  let healedAt: number | undefined
  await mkdir(directory, { recursive: true })

  const stateDir = options.stateDir ?? ((slot: number) => join(directory, `worker-${slot}`))
  const logFile = (slot: number) => join(directory, `worker-${slot}.log`)
  const live = () => [...slots].flatMap(([slot, worker]) => (worker.ended === undefined ? [slot] : []))
  const brokersFor = (slot: number) =>
    options.networked ? `127.0.0.1:${networks[slot]!.port}` : kafka.brokers.join(',')
  const start = (slot: number, changes: StartChanges = {}) => {
    const own = changes.stateDir ?? stateDir(slot)
    stateDirs.add(own)
    const worker = startWorker({
      program,
      logFile: logFile(slot),
      env: {
        APPLICATION_ID: applicationId,
        BROKERS: brokersFor(slot),
        STATE_DIR: own,
        GUARANTEE: guarantee,
        SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
        DIE_AT: changes.dieAt,
        OUTAGE_AFTER_MS: changes.patienceMs?.toString(),
        ...options.env,
      },
    })
    slots.set(slot, worker)
    void worker.untilEnded().then((how) => {
      if (!meant.has(worker) && how !== 'SIGKILL') broken.push(`worker ${slot} ended with ${how}; see ${logFile(slot)}`)
    })
  }
  const tasksOf = (slot: number) => slots.get(slot)!.status?.tasks ?? []
  const untilReady = async () => {
    const deadline = Date.now() + READY_WITHIN_MS
    for (;;) {
      const running = live().filter((slot) => slots.get(slot)!.status?.state === 'RUNNING')
      const tasks = new Set(running.flatMap(tasksOf))
      if (running.length === live().length && tasks.size === options.tasks) return
      if (Date.now() > deadline)
        throw new Error(
          `not all tasks run after ${READY_WITHIN_MS / 1_000} s: ${live().map((slot) => `${slot}: ${JSON.stringify(slots.get(slot)!.status)}`)}`,
        )
      await sleep(50)
    }
  }
  const terminate = async (slot: number) => {
    const worker = slots.get(slot)!
    meant.add(worker)
    worker.signal('SIGTERM')
    const how = await within(worker, END_WITHIN_MS)
    if (how !== 0) broken.push(`worker ${slot} answered SIGTERM with ${how}`)
    if (how === 'too late') worker.signal('SIGKILL')
    await worker.untilEnded()
  }
  for (let slot = 0; slot < size; slot += 1) start(slot)
  await untilReady().catch((error) => {
    for (const slot of live()) slots.get(slot)!.signal('SIGKILL')
    throw error
  })

  return {
    strikes,
    broken,
    get stateDirs() {
      return [...stateDirs]
    },
    get healedAt() {
      return healedAt
    },
    stateDir,
    worker: (slot) => slots.get(slot),
    network: (slot) => networks[slot]!,
    live,
    start,
    strike: async (what, act) => {
      const deadline = Date.now() + WORK_WITHIN_MS
      let waiting = 0
      while (waiting === 0) {
        if (Date.now() > deadline) throw new Error(`no work in flight within ${WORK_WITHIN_MS / 1_000} s for: ${what}`)
        waiting = await inFlight()
      }
      strikes.push({ what, inFlight: waiting })
      await act()
    },
    note: (what) => void strikes.push({ what, inFlight: undefined }),
    violation: (what) => void broken.push(what),
    healed: () => {
      healedAt = Date.now()
    },
    kill: async (slot) => {
      const worker = slots.get(slot)!
      meant.add(worker)
      worker.signal('SIGKILL')
      await worker.untilEnded()
    },
    untilRefused: async (slot, why) => {
      const worker = slots.get(slot)!
      meant.add(worker)
      const how = await within(worker, REFUSED_WITHIN_MS)
      const said = lastErrors(logFile(slot)).find((line) => why.test(line))
      if (how !== 1 || said === undefined)
        broken.push(`worker ${slot} ended with ${how}, and not because of ${why}; see ${logFile(slot)}`)
      else strikes.push({ what: `worker ${slot} says: ${said}`, inFlight: undefined })
      if (how === 'too late') worker.signal('SIGKILL')
      await worker.untilEnded()
    },
    untilReady,
    terminate,
    end: async () => {
      await Promise.all(live().map(terminate))
    },
  }
}

function within(worker: WorkerProcess, ms: number): Promise<number | NodeJS.Signals | 'too late'> {
  return Promise.race([worker.untilEnded(), sleep(ms, 'too late' as const, { ref: false })])
}

const LINES_LOOKED_AT = 50
const ERROR_LEVEL = 50

/** The messages of the errors near the end of a log, the last first. */
function lastErrors(logFile: string): readonly string[] {
  const lines = readFileSync(logFile, 'utf8').split('\n').slice(-LINES_LOOKED_AT).reverse()
  return lines.flatMap((line) => {
    if (/^\w*Error: /.test(line)) return [line]
    if (!line.startsWith('{"')) return []
    const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg: string }
    return level >= ERROR_LEVEL ? [msg] : []
  })
}
