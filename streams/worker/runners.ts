import { inputTopics } from '../graph/input-topics'
import { changelogTopic } from '../graph/names'
import type { SubTopology } from '../graph/subtopologies'
import type { Topology } from '../graph/topology'
import type { TopicPartition } from '../log/port'
import type { AssignableTask } from './assignment/model'
import type { Runner } from './runner'
import type { PreparedTopics } from './topics'

/** The tasks that this worker has been assigned, by their ids. */
export interface Runners {
  readonly all: readonly Runner[]
  readonly ids: readonly string[]
  /** Every one of them is open and processing. */
  readonly allRunning: boolean
  get(id: string): Runner | undefined
  add(runner: Runner): void
  remove(id: string): void
  /** The task that reads this partition, where it is ours. */
  ownerOf(partition: TopicPartition): Runner | undefined
}

export function createRunners(topology: Topology, applicationId: string): Runners {
  const runners = new Map<string, Runner>()
  return {
    get all() {
      return [...runners.values()]
    },
    get ids() {
      return [...runners.keys()]
    },
    get allRunning() {
      return [...runners.values()].every(({ state }) => state === 'running' || state === 'committing')
    },
    get: (id) => runners.get(id),
    add: (runner) => {
      runners.set(runner.id, runner)
    },
    remove: (id) => {
      runners.delete(id)
    },
    ownerOf: ({ topic, partition }) => {
      const sub = topology.subTopologies.find((own) => inputTopics([own], applicationId).includes(topic))
      return sub === undefined ? undefined : runners.get(`${sub.id}_${partition}`)
    },
  }
}

/** What a task reads: its partition of every topic that has one of that number. */
export function inputsOf(
  sub: SubTopology,
  partition: number,
  applicationId: string,
  { partitionsOf }: Pick<PreparedTopics, 'partitionsOf'>,
): readonly TopicPartition[] {
  return inputTopics([sub], applicationId)
    .filter((topic) => partition < partitionsOf(topic))
    .map((topic) => ({ topic, partition }))
}

/** All tasks of a topology, whoever runs them. */
export function allTasks(topology: Topology, applicationId: string, topics: PreparedTopics): readonly AssignableTask[] {
  return topology.subTopologies.flatMap((sub) =>
    Array.from({ length: topics.plan.tasksOf.get(sub.id)! }, (_, partition) => ({
      id: `${sub.id}_${partition}`,
      inputs: inputsOf(sub, partition, applicationId, topics),
      changelogs: sub.stores
        .filter(({ changelog }) => changelog)
        .map(({ name }) => ({ topic: changelogTopic(applicationId, name), partition })),
    })),
  )
}
