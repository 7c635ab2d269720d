import { deadLetter } from '../graph/policy'
import type { SubTopology } from '../graph/subtopologies'
import type { Topology } from '../graph/topology'
import type { PartitionOffset } from '../log/port'
import type { SchemaRegistry } from '../registry/port'
import { memoryBackend } from '../stores'
import type { TaskOptions } from '../tasks/options'
import { createTask, type Task } from '../tasks/task'
import { refusePromise } from './driver-globals'
import { type DriverLog, directOutput, partitionReader } from './driver-log'
import type { DriverTopics } from './driver-topics'
import type { ManualClock } from './manual-clock'
import type { TestDriverOptions } from './types'

/** What the tasks of a topology under test have in common. */
export interface DriverContext {
  readonly topology: Topology
  readonly applicationId: string
  readonly given: TestDriverOptions
  readonly registry: SchemaRegistry
  readonly topics: DriverTopics
  readonly log: DriverLog
  readonly clock: ManualClock
}

export interface DrivenTaskOptions extends Pick<TaskOptions, 'globals' | 'onFailure' | 'onDropped'> {
  readonly subTopology: SubTopology
  readonly partition: number
  /** By topic: where to read on, which each commit brings up to date. What was never read is not among them. */
  readonly committed: Map<string, PartitionOffset>
}

/** A task on the driver's log. */
export interface DrivenTask {
  readonly task: Task
  /** Hands it what has been written to its inputs; true when there was something. */
  feed(): boolean
  /** Commits, unless there is nothing to commit or a call under way. */
  commit(): void
}

/** Opens a task, restored from its changelogs, at its committed offsets. */
export function drivenTask(context: DriverContext, options: DrivenTaskOptions): DrivenTask {
  const { log } = context
  const { committed } = options
  const task = createTask(taskOptions(context, options))
  refusePromise(task.ready)
  restore(task, options.partition, log)
  task.resume([...committed.values()])
  const reads = task.inputs.map((input) => partitionReader(log, input, committed.get(input.topic)?.offset))

  return {
    task,
    feed: () => {
      let fed = false
      for (const next of reads) {
        const batch = next()
        if (batch === undefined) continue
        refusePromise(task.prepare(batch))
        task.add(batch)
        fed = true
      }
      return fed
    },
    commit: () => {
      if (!task.dirty || task.held > 0 || task.waiting) return
      task.flush()
      for (const offset of task.collect().offsets) committed.set(offset.topic, offset)
      void task.committed([]) // The changelogs are in the log already, and where they end matters to no store in memory.
    },
  }
}

function taskOptions(context: DriverContext, options: DrivenTaskOptions): TaskOptions {
  const { topology, applicationId, given, registry, topics, log, clock } = context
  const { subTopology, partition, globals, onFailure, onDropped } = options
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
    globals,
    output: directOutput(log),
    changelogOutput: directOutput(log),
    clock,
    registry,
    personalKeys: given.personalKeys,
    policyOf: (topic) => ({ ...onError, ...policies.get(topic) }),
    partitionsOf: topics.partitionsOf,
    onFailure,
    onDropped,
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
