import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, ProcessingGuarantee } from 'millrace'
import type { KafkaNode } from '../kafka/handle'
import { type Flow, flow, PARTITIONS } from './flow'
import { inFlight } from './lag'
import type { Random } from './random'
import { startWorker, type WorkerProcess } from './worker-process'

export const SESSION_TIMEOUT_MS = 6_000
/** Of both sub-topologies. */
const TASKS = 2 * PARTITIONS
const READY_WITHIN_MS = 60_000

/** What a fault does its work on: a topology under load, its workers, its brokers. */
export interface World {
  readonly random: Random
  readonly guarantee: ProcessingGuarantee
  readonly nodes: readonly KafkaNode[]
  readonly flow: Flow
  readonly log: Log
  /** How many workers stand at the beginning, in the slots from 0. */
  readonly size: number
  stateDir(slot: number): string
  worker(slot: number): WorkerProcess | undefined
  /** Slots whose worker runs. */
  live(): readonly number[]
  start(slot: number): void
  /** Waits for work in flight, notes how much there is, and does it. */
  strike(what: string, act: () => unknown): Promise<void>
  /** Kills one and waits for its end. */
  kill(slot: number): Promise<void>
  /** Ends one with SIGTERM and waits for its end. */
  terminate(slot: number): Promise<void>
  /** All tasks run again, at the workers that are left. */
  untilReady(): Promise<void>
}

export interface Strike {
  readonly what: string
  readonly inFlight: number
}

export interface OpenWorld extends World {
  readonly strikes: readonly Strike[]
  /** Processes that ended by themselves. */
  readonly crashes: readonly string[]
  readonly stateDirs: readonly string[]
  /** Ends all with SIGTERM, then those that do not heed it. */
  end(): Promise<void>
}

export interface WorldOptions {
  readonly log: Log
  readonly brokers: readonly string[]
  readonly nodes: readonly KafkaNode[]
  readonly applicationId: string
  readonly guarantee: ProcessingGuarantee
  readonly directory: string
  readonly random: Random
  readonly size: number
}

const END_WITHIN_MS = 30_000

export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const { log, brokers, nodes, applicationId, guarantee, directory, random, size } = options
  const own = flow(applicationId)
  const slots = new Map<number, WorkerProcess>()
  const meant = new WeakSet<WorkerProcess>()
  const stateDirs = new Set<string>()
  const strikes: Strike[] = []
  const crashes: string[] = []
  await mkdir(directory, { recursive: true })
  await log.admin.createTopics([{ name: own.commands.name, partitions: PARTITIONS }])

  const stateDir = (slot: number) => join(directory, `worker-${slot}`)
  const live = () => [...slots].flatMap(([slot, worker]) => (worker.ended === undefined ? [slot] : []))
  const start = (slot: number) => {
    stateDirs.add(stateDir(slot))
    const logFile = join(directory, `worker-${slot}.log`)
    const worker = startWorker({
      applicationId,
      brokers,
      stateDir: stateDir(slot),
      guarantee,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      logFile,
    })
    slots.set(slot, worker)
    void worker.untilEnded().then((how) => {
      if (!meant.has(worker) && how !== 'SIGKILL') crashes.push(`worker ${slot} ended with ${how}; see ${logFile}`)
    })
  }
  const tasksOf = (slot: number) => slots.get(slot)!.status?.tasks ?? []
  const untilReady = async () => {
    const deadline = Date.now() + READY_WITHIN_MS
    for (;;) {
      const running = live().filter((slot) => slots.get(slot)!.status?.state === 'RUNNING')
      const tasks = new Set(running.flatMap(tasksOf))
      if (running.length === live().length && tasks.size === TASKS) return
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
    const how = await Promise.race([worker.untilEnded(), sleep(END_WITHIN_MS, 'too late' as const, { ref: false })])
    if (how !== 0) crashes.push(`worker ${slot} answered SIGTERM with ${how}`)
    if (how === 'too late') worker.signal('SIGKILL')
    await worker.untilEnded()
  }
  for (let slot = 0; slot < size; slot += 1) start(slot)
  await untilReady()

  return {
    random,
    guarantee,
    nodes,
    flow: own,
    log,
    size,
    strikes,
    crashes,
    get stateDirs() {
      return [...stateDirs]
    },
    stateDir,
    worker: (slot) => slots.get(slot),
    live,
    start,
    strike: async (what, act) => {
      let waiting = 0
      while (waiting === 0) waiting = await inFlight(log, own)
      strikes.push({ what, inFlight: waiting })
      await act()
    },
    kill: async (slot) => {
      const worker = slots.get(slot)!
      meant.add(worker)
      worker.signal('SIGKILL')
      await worker.untilEnded()
    },
    untilReady,
    terminate,
    end: async () => {
      await Promise.all(live().map(terminate))
    },
  }
}
