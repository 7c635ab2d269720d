import { deadLetter, type OnError } from '../graph/policy'
import type { SubTopology } from '../graph/subtopologies'
import type { PartitionOffset } from '../log/port'
import type { Failure, SourceInHand } from '../tasks/failures'
import type { Task } from '../tasks/task'
import { type DrivenTask, type DriverContext, drivenTask } from './driven-task'
import { type DriverGlobals, driverGlobals } from './driver-globals'
import type { TestFailure } from './types'

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

/** The tasks of a topology under test, run in turn, one record each, in the order of sub-topologies and partitions. */
export function driverTasks(context: DriverContext): DriverTasks {
  const { topology, topics } = context
  /** By sub-topology and partition: it outlives a restart. */
  const committed = new Map<string, Map<string, PartitionOffset>>()
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
  const committedBy = (task: string): Map<string, PartitionOffset> => {
    const own = committed.get(task) ?? new Map<string, PartitionOffset>()
    committed.set(task, own)
    return own
  }
  const openOne = (subTopology: SubTopology, partition: number): DrivenTask =>
    drivenTask(context, {
      subTopology,
      partition,
      globals: globals.views,
      committed: committedBy(`${subTopology.id}_${partition}`),
      onFailure,
      onDropped: (_step, reason) => countDropped(reason),
    })
  const openGlobals = (): DriverGlobals => {
    const { given, registry, log } = context
    const { personalKeys, onError = deadLetter } = given
    const tables = topology.globalTables
    const onDropped = countDropped
    const opened = driverGlobals({ tables, registry, personalKeys, topics, log, onError, onFailure, onDropped })
    opened.feed()
    return opened
  }
  /** Hands every task what has been written to its inputs, the global tables first; true when a task got something. */
  const feedAll = (): boolean => {
    globals.feed()
    let fed = false
    for (const task of tasks) if (task.feed()) fed = true
    return fed
  }
  /** Lets every task take in what there is and process one record; true when there was anything to do. */
  const round = (): boolean => {
    let moved = feedAll()
    for (const { task } of tasks) if (task.process(1) > 0) moved = true
    return moved
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
      do {
        while (round());
        for (const task of tasks) task.commit()
      } while (feedAll()) // what the commits have put out
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
