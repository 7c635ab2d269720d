import { MillraceError } from '../errors'
import { repartitionTopic } from '../graph/names'
import type { Cancellable, PunctuationType, StreamRecord } from '../graph/processor'
import type { ErasedTopic, RepartitionSpec, SinkSpec } from '../graph/specs/source'
import type { Edge, Step } from '../graph/steps'
import { partitionFor } from '../log/partitioner'
import type { Child, Held, Operator, OperatorContext, OperatorFactory } from '../operators/operator'
import { operators } from '../operators/table'
import { serdeOpener } from '../serdes/opening'
import type { Failure } from './failures'
import type { TaskOptions } from './options'
import type { OutputRecord } from './output'
import type { InputRecord } from './source-queue'
import type { TaskStores } from './task-stores'

export interface ChainOptions extends TaskOptions {
  readonly stores: TaskStores
  /** Returns when the record is to be left out, throws when the task is to stop. */
  fail(failure: Failure): void
  inHand(): InputRecord | undefined
  streamTime(): number
  /** Runs something later as if the record now in hand were in hand again. */
  remember(): (run: () => void) => void
  hold(): Held
  limitHeld(capacity: number): void
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable
  requestCommit(): void
  dropped(step: string, reason: string): void
}

/** The operators of a task, joined up: a record given to an entry has run through all of them when it returns. */
export interface Chain {
  /** Where the records of a source's step go in. */
  entry(step: Step): (record: StreamRecord) => void
  /** Resolves once the sinks' serdes are ready. */
  readonly ready: Promise<void> | undefined
  flush(): void
  beforeCommit(): Promise<void>
  /** Whether `beforeCommit` has something to do. */
  waiting(): boolean
  close(): void
}

export function buildChain(options: ChainOptions): Chain {
  const { subTopology } = options
  const byIndex = new Map<number, Operator>()
  const opened: Promise<void>[] = []
  const encoders = new Map<string, TopicEncoder>()

  const encoderFor = (topic: ErasedTopic): TopicEncoder => {
    const known = encoders.get(topic.name)
    if (known !== undefined) return known
    const encoder = topicEncoder(topic, options)
    if (encoder.ready !== undefined) opened.push(encoder.ready)
    encoders.set(topic.name, encoder)
    return encoder
  }
  /** An operator's failure is its own: what its siblings and parents do goes on, as in Kafka Streams. */
  const deliver = ({ to, input }: Edge, name: string) => {
    const operator = byIndex.get(to)!
    return (record: StreamRecord) => {
      try {
        operator.process(record, input)
      } catch (error) {
        options.fail({ stage: stageOf(error), error, attempts: 1, step: name })
      }
    }
  }
  const parentsOf = parentSteps(subTopology.steps)
  const rowOfParent =
    (step: Step): OperatorContext['parentRow'] =>
    (input, key, asOf) =>
      byIndex.get(parentsOf.get(step.index)![input]!)!.row!(key, asOf)
  const open: OperatorContext['open'] = (serde, subject) => {
    const { applicationId, registry, personalKeys } = options
    const topic = `${applicationId}-${subject}`
    const serdeOpened = serde.open({ topic, role: 'value', registry, personalKeys })
    if (serdeOpened.ready !== undefined) opened.push(serdeOpened.ready)
    return serdeOpened
  }
  const stepByIndex = new Map(subTopology.steps.map((step) => [step.index, step]))
  // Children first, so that a parent finds them; steps are in topological order.
  for (const step of [...subTopology.steps].reverse()) {
    const children: readonly Child[] = step.children.map((edge) => {
      const child = stepByIndex.get(edge.to)!
      return { name: child.name, spec: child.node.spec, forward: deliver(edge, child.name) }
    })
    const context = operatorContext(options, step, { children, parentRow: rowOfParent(step), open })
    byIndex.set(step.index, operatorFor(step, context, { encoderFor, options }))
  }
  const all = subTopology.steps.map((step) => byIndex.get(step.index)!)

  return {
    entry: (step) => deliver({ to: step.index, input: 0 }, step.name),
    ready: opened.length === 0 ? undefined : Promise.all(opened).then(() => undefined),
    flush: () => {
      for (const operator of all) operator.flush?.()
    },
    waiting: () => all.some((operator) => operator.waiting?.() === true),
    beforeCommit: async () => {
      for (const operator of all) await operator.beforeCommit?.()
    },
    close: () => {
      for (const operator of all) operator.close?.()
    },
  }
}

/** The index of each step's parent at each of its inputs, and then those of the tables it only looks up. */
function parentSteps(steps: readonly Step[]): ReadonlyMap<number, readonly number[]> {
  const parents = new Map<number, number[]>(steps.map(({ index }) => [index, []]))
  for (const step of steps) for (const { to, input } of step.children) parents.get(to)![input] = step.index
  for (const { index, lookups } of steps) parents.get(index)!.push(...lookups)
  return parents
}

function operatorContext(
  options: ChainOptions,
  step: Step,
  { children, parentRow, open }: Pick<OperatorContext, 'children' | 'parentRow' | 'open'>,
): OperatorContext {
  return {
    applicationId: options.applicationId,
    taskId: options.taskId,
    partition: options.partition,
    children,
    forward: forwarding(children),
    store: (name) => options.stores.view(name),
    globalStore: (name) => globalStore(options, name),
    keyBytes: options.stores.keyBytes,
    open,
    parentRow,
    sendsOldValues: step.sendsOldValues,
    recordMetadata: () => {
      const source = options.inHand()
      return source === undefined ? undefined : { ...source.from, offset: source.raw.offset }
    },
    streamTime: options.streamTime,
    wallClock: options.clock.now,
    remember: options.remember,
    schedule: options.schedule,
    requestCommit: options.requestCommit,
    dropped: (reason) => options.dropped(step.name, reason),
    hold: options.hold,
    sleep: options.clock.sleep,
    retried: (error) => options.onRetry(step.name, error),
    limitHeld: options.limitHeld,
  }
}

/** To all children in their order; the common case of one costs nothing. */
function forwarding(children: readonly Child[]): OperatorContext['forward'] {
  const [only] = children
  if (children.length === 1) return only!.forward
  return (record) => {
    for (const child of children) child.forward(record)
  }
}

function globalStore({ globals, taskId }: ChainOptions, name: string): unknown {
  const store = globals?.get(name)
  if (store !== undefined) return store
  throw new MillraceError('STORE_UNKNOWN', `task ${taskId} was not given the global table ${name}`)
}

interface Edges {
  readonly options: ChainOptions
  encoderFor(topic: ErasedTopic): TopicEncoder
}

function operatorFor(step: Step, context: OperatorContext, edges: Edges): Operator {
  const { spec } = step.node
  switch (spec.type) {
    case 'source':
      return { process: context.forward }
    case 'sink':
      return sinkOperator(spec, edges)
    case 'repartition':
      return step.role === 'repartition-source'
        ? { process: context.forward }
        : repartitionOperator(spec, context, edges)
    default:
      return (operators[spec.type] as OperatorFactory<typeof spec.type>)(spec as never, context)
  }
}

function sinkOperator(spec: SinkSpec, { encoderFor }: Edges): Operator {
  const { topic, partitioner } = spec
  if (!('among' in topic)) {
    const encoder = encoderFor(topic)
    return { process: (record) => encoder.append(record, partitioner) }
  }
  // All are opened at once: what their serdes wait for, the task waits for before its first record.
  for (const declared of topic.among) encoderFor(declared)
  return {
    process: (record) => encoderFor(topic.choose(record.value, record.key, record)).append(record, partitioner),
  }
}

function repartitionOperator(spec: RepartitionSpec, context: OperatorContext, { encoderFor }: Edges): Operator {
  const encoder = encoderFor(repartitionAsTopic(context.applicationId, spec))
  return {
    process: (record) => {
      if ((record.key === null || record.key === undefined) && !spec.keepsNullKeys) {
        return context.dropped('null key before a repartition')
      }
      encoder.append(record, spec.partitioner)
    },
  }
}

export function repartitionAsTopic(applicationId: string, spec: RepartitionSpec): ErasedTopic {
  return { name: repartitionTopic(applicationId, spec.repartition), key: spec.key, value: spec.value, config: {} }
}

interface TopicEncoder {
  readonly ready: Promise<void> | undefined
  append(record: StreamRecord, partitioner: SinkSpec['partitioner']): void
}

/** Thrown by an encoder, so that the policy for production applies. */
class ProductionError extends MillraceError {
  override readonly name = 'ProductionError'
}

function stageOf(error: unknown): Failure['stage'] {
  return error instanceof ProductionError ? 'production' : 'processing'
}

function topicEncoder(topic: ErasedTopic, options: ChainOptions): TopicEncoder {
  const { output, partitionsOf, partition, registry, personalKeys } = options
  const { lastPut } = options.stores
  const serdes = serdeOpener({ topic: topic.name, registry, personalKeys })
  const key = serdes.key(topic.key)
  const value = serdes.value(topic.value)
  /** Of the topic, once known: nothing changes it while a task is open. */
  let partitions: number | undefined
  /** A table's row goes out as it went into its store: written once, for both. */
  const encodeValue = (content: unknown): Buffer | null => {
    const bytes = value.encode(content)
    const isPut = lastPut.slot !== undefined && lastPut.value === content && lastPut.encoding === value.encoding
    if (isPut && bytes !== null) lastPut.slot!.encoded = bytes
    return bytes
  }
  const encode = ({ key: own, value: content, timestamp, headers }: StreamRecord): OutputRecord => {
    try {
      return {
        key: own === null ? null : key.encode(own),
        value: content === null ? null : encodeValue(content),
        timestamp,
        headers,
      }
    } catch (error) {
      throw new ProductionError(
        'SERIALIZATION_FAILED',
        `cannot encode a record for topic ${topic.name}: ${(error as Error).message}`,
        { cause: error },
      )
    }
  }
  return {
    ready: serdes.whenReady(),
    append: (record, partitioner) => {
      const encoded = encode(record)
      partitions ??= partitionsOf(topic.name)
      const to =
        partitioner !== undefined
          ? partitioner(record.value, record.key, partitions)
          : encoded.key === null
            ? partition % partitions
            : partitionFor(encoded.key, partitions)
      output.append(topic.name, to, encoded)
    },
  }
}
