import { MillraceError } from '../errors'
import { deadLetter } from '../graph/policy'
import type { SubTopology } from '../graph/subtopologies'
import type { Topology } from '../graph/topology'
import type { SchemaRegistry } from '../registry/port'
import { memoryBackend } from '../stores'
import type { TaskOptions } from '../tasks/options'
import { createTask, type Task } from '../tasks/task'
import { type DriverLog, directOutput } from './driver-log'
import type { DriverTopics } from './driver-topics'
import type { ManualClock } from './manual-clock'
import type { TestDriverOptions, TestFailure } from './types'

export interface DriverTasks {
  /** Opens all tasks, restored from their changelogs, at their committed offsets. */
  open(): void
  close(): void
  /** Processes until nothing is left to do, and commits. */
  run(): void
  readonly all: readonly Task[]
  readonly failures: readonly TestFailure[]
  readonly dropped: ReadonlyMap<string, number>
}

export interface DriverTasksOptions {
  readonly topology: Topology
  readonly applicationId: string
  readonly given: TestDriverOptions
  readonly registry: SchemaRegistry
  readonly topics: DriverTopics
  readonly log: DriverLog
  readonly clock: ManualClock
}

interface DrivenTask {
  readonly task: Task
  /** Where to read each input on. */
  readonly positions: Map<string, number>
}

/** The tasks of a topology under test, run in turn, one record each, in the order of sub-topologies and partitions. */
export function driverTasks(options: DriverTasksOptions): DriverTasks {
  const { topology, topics, log } = options
  const committed = new Map<string, number>()
  const failures: TestFailure[] = []
  const dropped = new Map<string, number>()
  let tasks: readonly DrivenTask[] = []

  const openOne = (sub: SubTopology, partition: number): DrivenTask => {
    const task = createTask({
      ...taskOptions(options, sub, partition),
      onFailure: ({ stage, error }, source, action) => {
        failures.push({ stage, action, error, ...source?.from, ...(source && { offset: source.raw.offset }) })
      },
      onDropped: (_step, reason) => {
        dropped.set(reason, (dropped.get(reason) ?? 0) + 1)
      },
    })
    refusePromise(task.ready)
    restore(task, partition, log)
    const positions = task.inputs.map(({ topic }) => [topic, committed.get(`${topic}/${partition}`) ?? 0] as const)
    return { task, positions: new Map(positions) }
  }
  /** Hands every task what has been written to its inputs; true when there was something. */
  const feed = (): boolean => {
    let fed = false
    for (const { task, positions } of tasks) {
      for (const input of task.inputs) {
        const from = positions.get(input.topic)!
        const records = log.read(input, from)
        if (records.length === 0) continue
        const nextOffset = from + records.length
        const batch = { ...input, records, nextOffset, endOffset: nextOffset }
        positions.set(input.topic, nextOffset)
        refusePromise(task.prepare(batch))
        task.add(batch)
        fed = true
      }
    }
    return fed
  }
  const commit = (task: Task) => {
    task.flush()
    const { changelogs, offsets } = task.collect()
    for (const { topic, partition, offset } of offsets) committed.set(`${topic}/${partition}`, offset)
    void task.committed(changelogs.map(log.appendBatch))
  }
  /** Commits the tasks that have no call under way; true when that let something go on. */
  const commitAll = (): boolean => {
    for (const { task } of tasks) if (task.dirty && task.held === 0 && !task.waiting) commit(task)
    return feed()
  }
  return {
    open: () => {
      tasks = topology.subTopologies.flatMap((sub) =>
        Array.from({ length: topics.tasksOf.get(sub.id)! }, (_, partition) => openOne(sub, partition)),
      )
    },
    close: () => {
      for (const { task } of tasks) void task.close()
    },
    run: () => {
      for (let moved = true; moved; ) {
        moved = feed()
        for (const { task } of tasks) if (task.process(1) > 0) moved = true
        if (!moved) moved = commitAll()
      }
    },
    get all() {
      return tasks.map(({ task }) => task)
    },
    failures,
    dropped,
  }
}

function taskOptions(
  { topology, applicationId, given, registry, topics, log, clock }: DriverTasksOptions,
  subTopology: SubTopology,
  partition: number,
): Omit<TaskOptions, 'onFailure' | 'onDropped'> {
  const onError = given.onError ?? deadLetter
  const policies = new Map(
    topology.subTopologies.flatMap((sub) => sub.sources.map(({ topic, spec }) => [topic.name, spec.onError] as const)),
  )
  return {
    applicationId,
    taskId: `${subTopology.id}_${partition}`,
    subTopology,
    partition,
    backends: new Map(subTopology.stores.map((store) => [store.name, memoryBackend()])),
    output: directOutput(log),
    clock,
    registry,
    policyOf: (topic) => ({ ...onError, ...policies.get(topic) }),
    partitionsOf: topics.partitionsOf,
    onRetry: () => undefined,
    onWake: () => undefined,
  }
}

/** Applied before it returns: the memory back end promises that. */
function restore({ stores }: Task, partition: number, log: DriverLog): void {
  for (const [store, topic] of stores.changelogs) {
    void stores.all.get(store)!.restore(log.read({ topic, partition }, 0), log.end({ topic, partition }))
  }
}

function refusePromise(waiting: Promise<void> | undefined): void {
  if (waiting === undefined) return
  waiting.catch(() => undefined)
  throw new MillraceError(
    'CONFIG_INVALID',
    'the test driver is synchronous and cannot wait for a registry; give it inMemoryRegistry(), or none',
  )
}
