import type { StreamRecord } from '../graph/processor'
import type { ErasedTopic, SourceSpec } from '../graph/specs/source'
import type { Step } from '../graph/steps'
import { serdeOpener } from '../serdes/opening'
import { type Chain, repartitionAsTopic } from './chain'
import type { TaskOptions } from './options'
import { type SourceQueue, type SourceQueueOptions, sourceQueue } from './source-queue'

export interface Inputs {
  readonly queues: readonly SourceQueue[]
  /** Gives a record to the step that reads the queue's topic. */
  enter(queue: SourceQueue, record: StreamRecord): void
  /** All of these and the inputs' own serdes; undefined when everything is ready now. */
  ready(others: readonly (Promise<void> | undefined)[]): Promise<void> | undefined
}

interface Read {
  readonly step: Step
  readonly topic: ErasedTopic
  readonly spec: Pick<SourceSpec, 'timestampExtractor' | 'tombstones'>
}

/** One queue per source topic of the sub-topology, at the task's partition. */
export function openInputs(
  options: TaskOptions,
  chain: Chain,
  handlers: Pick<SourceQueueOptions, 'onPoison' | 'onDropped'>,
): Inputs {
  const { subTopology, applicationId, partition, registry, personalKeys } = options
  const reads: readonly Read[] = [
    ...subTopology.sources,
    ...subTopology.repartitionSources.map(({ step, spec }) => ({
      step,
      topic: repartitionAsTopic(applicationId, spec),
      spec: { tombstones: true },
    })),
  ]
  const waiting: (Promise<void> | undefined)[] = []
  const enterOf = new Map<SourceQueue, (record: StreamRecord) => void>()
  // Topics of one sub-topology may differ in their number of partitions (a merge, say): a task reads those that reach it.
  const queues = reads
    .filter(({ topic }) => partition < options.partitionsOf(topic.name))
    .map(({ step, topic, spec }) => {
      const serdes = serdeOpener({ topic: topic.name, registry, personalKeys })
      const key = serdes.key(topic.key)
      const value = serdes.value(topic.value)
      waiting.push(serdes.whenReady())
      const queue = sourceQueue({ from: { topic: topic.name, partition }, spec, key, value, ...handlers })
      enterOf.set(queue, chain.entry(step))
      return queue
    })
  return {
    queues,
    enter: (queue, record) => enterOf.get(queue)!(record),
    ready: (others) => {
      const pending = [...waiting, ...others].filter((promise) => promise !== undefined)
      return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined)
    },
  }
}
