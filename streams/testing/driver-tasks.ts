import { deadLetter, type OnError } from '../graph/policy'
import type { SubTopology } from '../graph/subtopologies'
import type { Topology } from '../graph/topology'
import type { PartitionOffset } from '../log/port'
import type { SchemaRegistry } from '../registry/port'
import { memoryBackend } from '../stores'
import type { Failure, SourceInHand } from '../tasks/failures'
import type { TaskOptions } from '../tasks/options'
import { createTask, type Task } from '../tasks/task'
import { type DriverGlobals, driverGlobals, refusePromise } from './driver-globals'
import { type DriverLog, directOutput, type PartitionReader, partitionReader } from './driver-log'
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
  /** The rows of the global tables, by the name of their store. */
  readonly globals: ReadonlyMap<string, unknown>
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
  /** One for each of its inputs. */
  readonly reads: readonly PartitionReader[]
  /** By topic; what it never read is not among them. */
  readonly committed: Map<string, PartitionOffset>
}

/** The tasks of a topology under test, run in turn, one record each, in the order of sub-topologies and partitions. */
export function driverTasks(options: DriverTasksOptions): DriverTasks {
  const { topology, topics, log } = options
  /** By task, by topic: they outlive a restart. */
  const committedBy = new Map<string, Map<string, PartitionOffset>>()
  const failures: TestFailure[] = []
  const dropped = new Map<string, number>()
  let tasks: readonly DrivenTask[] = []
  let globals: DriverGlobals

  const onFailure = ({ stage, error }: Failure, source: SourceInHand | undefined, action: OnError) => {
    failures.push({ stage, action, error, ...source?.from, ...(source && { offset: source.raw.offset }) })
  }
  const countDropped = (reason: string) => {
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1)
  }

  const openOne = (sub: SubTopology, partition: number): DrivenTask => {
    const task = createTask({
      ...taskOptions(options, sub, partition),
      globals: globals.views,
      onFailure,
      onDropped: (_step, reason) => countDropped(reason),
    })
    refusePromise(task.ready)
    restore(task, partition, log)
    const committed = committedBy.get(task.id) ?? new Map<string, PartitionOffset>()
    committedBy.set(task.id, committed)
    task.resume([...committed.values()])
    const reads = task.inputs.map((input) => partitionReader(log, input, committed.get(input.topic)?.offset))
    return { task, reads, committed }
  }
  const openGlobals = (): DriverGlobals => {
    const { given, registry } = options
    const onError = given.onError ?? deadLetter
    const tables = topology.globalTables
    const { personalKeys } = given
    const onDropped = countDropped
    const opened = driverGlobals({ tables, registry, personalKeys, topics, log, onError, onFailure, onDropped })
    opened.feed()
    return opened
  }
  /** Hands every task what has been written to its inputs, the global tables first; true when a task got something. */
  const feed = (): boolean => {
    globals.feed()
    let fed = false
    for (const { task, reads } of tasks) {
      for (const next of reads) {
        const batch = next()
        if (batch === undefined) continue
        refusePromise(task.prepare(batch))
        task.add(batch)
        fed = true
      }
    }
    return fed
  }
  const commit = ({ task, committed }: DrivenTask) => {
    task.flush()
    for (const offset of task.collect().offsets) committed.set(offset.topic, offset)
    void task.committed([])
  }
  /** Commits the tasks that have no call under way; true when that let something go on. */
  const commitAll = (): boolean => {
    for (const driven of tasks) {
      const { task } = driven
      if (task.dirty && task.held === 0 && !task.waiting) commit(driven)
    }
    return feed()
  }
  return {
    open: () => {
      globals = openGlobals()
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
    get globals() {
      return globals.views
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
    changelogOutput: directOutput(log),
    clock,
    registry,
    personalKeys: given.personalKeys,
    policyOf: (topic) => ({ ...onError, ...policies.get(topic) }),
    partitionsOf: topics.partitionsOf,
    onRetry: () => undefined,
    onWake: () => undefined,
  }
}

/** Applied before it returns: the memory back end promises that. */
function restore({ stores }: Task, partition: number, log: DriverLog): void {
  for (const [store, topic] of stores.changelogs) {
    const changes = log.partition(topic, partition)
    void stores.all.get(store)!.restore(changes, changes.length)
  }
}
