import { MillraceError } from '../errors'
import { deadLetterTopic } from '../graph/names'
import { planPartitions } from '../graph/partitions'
import { deadLetter, type ErrorPolicy } from '../graph/policy'
import type { Topology } from '../graph/topology'
import { partitionFor } from '../log/partitioner'
import type { Header } from '../log/port'
import { decodeBatches, noProducer } from '../log/records'
import { inMemoryRegistry } from '../registry'
import type { SchemaRegistry } from '../registry/port'
import type { Serde } from '../serdes/serde'
import { memoryBackend } from '../stores'
import type { StoreDeclaration } from '../stores/declaration'
import type { StoreOf } from '../stores/store'
import type { OutputRecord } from '../tasks/output'
import { createTask, type Task } from '../tasks/task'
import type { Topic } from '../topics'
import { directOutput, driverLog } from './driver-log'
import { manualClock } from './manual-clock'

export interface TestDriverOptions {
  /** Default: the topology's name. */
  readonly applicationId?: string
  /** Partitions of every topic that has no count of its own here. Default 1. */
  readonly partitions?: number
  readonly partitionsOf?: Readonly<Record<string, number>>
  /** ms. Default 0. */
  readonly initialWallClock?: number
  /** Default: an in-memory registry. */
  readonly registry?: SchemaRegistry
  /** What becomes of records at fault. Default: dead letters, which `output` can read. */
  readonly onError?: ErrorPolicy
}

export interface PipeOptions {
  /** ms. Default: the driver's wall clock. */
  readonly timestamp?: number
  readonly headers?: readonly Header[]
  /** Default: by murmur2 of the key's bytes. */
  readonly partition?: number
}

export interface TestRecord<K, V> {
  readonly key: K
  readonly value: V
  /** ms */
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly partition: number
}

export interface TestInput<K, V> {
  /** Pipes one record and processes all that follows from it, through every topic the topology reads back. */
  pipe(key: K, value: V, options?: PipeOptions): void
  /** The same with bytes, for records that are not what the serdes expect. */
  pipeBytes(key: Buffer | null, value: Buffer | null, options?: PipeOptions): void
}

export interface TestOutput<K, V> {
  /** What came out since the last call, over all partitions in the order of writing. */
  read(): readonly TestRecord<K, V>[]
  /** The same as bytes. */
  readBytes(): readonly TestRecord<Buffer | null, Buffer | null>[]
}

/**
 * Runs a topology in memory, on the task code of the runtime: synchronously, deterministic to the byte, on any number of
 * partitions. The counterpart of Kafka Streams' TopologyTestDriver, which has one partition.
 */
export interface TestDriver {
  input<K, V>(topic: Topic<K, V>): TestInput<K, V>
  output<K, V>(topic: Topic<K, V>): TestOutput<K, V>
  /** The dead letters of a topic, as bytes. */
  deadLetters(topic: { readonly name: string }): TestOutput<Buffer | null, Buffer | null>
  /** A store of one task. With several partitions name the one you mean, for example that of a key. */
  store<K, V, D extends StoreDeclaration<K, V>>(declaration: D & StoreDeclaration<K, V>, partition?: number): StoreOf<D>
  /** A store by its name alone. */
  storeNamed(name: string, partition?: number): unknown
  /** Moves the wall clock and runs the punctuations that are due. */
  advanceWallClock(ms: number): void
  /** Waits for the calls of `mapAsync` and the batch sinks, moving the wall clock over their backoffs. */
  settle(): Promise<void>
  /** Drops all tasks and their stores, and opens them anew from the changelogs and committed offsets. */
  restart(): void
  readonly wallClock: number
  /** Topics written so far and their record counts, for messages. */
  describe(): string
  close(): void
}

interface DrivenTask {
  readonly task: Task
  readonly positions: Map<string, number>
}

/**
 * @throws MillraceError TOPOLOGY_INVALID
 * @example
 * const driver = testDriver(wordCount)
 * driver.input(lines).pipe('a', 'to be or not to be')
 * expect(driver.output(counts).read()).toHaveLength(6)
 */
export function testDriver(topology: Topology, options: TestDriverOptions = {}): TestDriver {
  const { applicationId = topology.name, partitions = 1, initialWallClock = 0, onError = deadLetter } = options
  const registry = options.registry ?? inMemoryRegistry()
  const clock = manualClock(initialWallClock)
  const log = driverLog()
  const committed = new Map<string, number>()
  const readSoFar = new Map<string, number>()

  const declared = new Map(
    topology.subTopologies.flatMap((sub) =>
      sub.sources.map(({ topic }) => [topic.name, options.partitionsOf?.[topic.name] ?? partitions] as const),
    ),
  )
  const plan = planPartitions(topology, applicationId, (topic) => declared.get(topic) ?? partitions)
  const internal = new Map(
    [...plan.repartitions, ...plan.changelogs].map(({ name, partitions: count }) => [name, count]),
  )
  const partitionsOf = (topic: string): number =>
    options.partitionsOf?.[topic] ?? internal.get(topic) ?? declared.get(topic) ?? deadLetterPartitions(topic)
  const deadLetterPartitions = (topic: string): number => {
    for (const [name, count] of declared) if (deadLetterTopic(name) === topic) return count
    return partitions
  }
  const policies = new Map(
    topology.subTopologies.flatMap((sub) =>
      sub.sources.map(({ topic, spec }) => [topic.name, { ...onError, ...spec.onError }] as const),
    ),
  )

  let tasks: readonly DrivenTask[] = []
  const open = () => {
    tasks = topology.subTopologies.flatMap((sub) =>
      Array.from({ length: plan.tasksOf.get(sub.id)! }, (_, partition) => {
        const task = createTask({
          applicationId,
          taskId: `${sub.id}_${partition}`,
          subTopology: sub,
          partition,
          backends: new Map(sub.stores.map((store) => [store.name, memoryBackend()])),
          output: directOutput((topic, to, record) => void log.append(topic, to, record)),
          clock,
          registry,
          policyOf: (topic) => policies.get(topic) ?? onError,
          partitionsOf,
          onFailure: () => undefined,
          onDropped: () => undefined,
          onRetry: () => undefined,
          onWake: () => undefined,
        })
        restore(task, partition)
        return {
          task,
          positions: new Map(task.inputs.map(({ topic }) => [topic, committed.get(`${topic}/${partition}`) ?? 0])),
        }
      }),
    )
  }
  const restore = (task: Task, partition: number) => {
    for (const [store, topic] of task.stores.changelogs) {
      void task.stores.all.get(store)!.restore(log.read({ topic, partition }, 0), log.end({ topic, partition }))
    }
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
        positions.set(input.topic, nextOffset)
        task.add({ ...input, records, nextOffset, endOffset: nextOffset })
        fed = true
      }
    }
    return fed
  }
  const run = () => {
    for (let moved = true; moved; ) {
      moved = feed()
      for (const { task } of tasks) if (task.process(1) > 0) moved = true
      if (!moved) moved = commitAll()
    }
  }
  /** Commits the tasks that have no call under way; true when that let something go on. */
  const commitAll = (): boolean => {
    for (const { task } of tasks) if (task.dirty && task.held === 0) commit(task)
    return feed()
  }
  const commit = (task: Task) => {
    task.flush()
    const { changelogs, offsets } = task.collect()
    for (const { topic, partition, offset } of offsets) committed.set(`${topic}/${partition}`, offset)
    void task.committed(
      changelogs.map(({ topic, partition, records }) => {
        const baseOffset = log.end({ topic, partition })
        for (const { bytes } of records.seal(noProducer)) {
          for (const batch of decodeBatches(bytes))
            for (const record of batch.records) log.append(topic, partition, copied(record))
        }
        return { topic, partition, baseOffset, nextOffset: log.end({ topic, partition }) }
      }),
    )
  }
  const pipe = (topic: string, record: OutputRecord, partition: number | undefined) => {
    if (!declared.has(topic) && !internal.has(topic)) {
      throw new MillraceError(
        'TOPOLOGY_INVALID',
        `topic ${topic} is not read by topology ${topology.name}; it reads ${[...declared.keys()].join(', ')}`,
      )
    }
    const count = partitionsOf(topic)
    log.append(topic, partition ?? (record.key === null ? 0 : partitionFor(record.key, count)), record)
    run()
  }
  const output =
    <T>(topic: string, decode: (record: OutputRecord & { readonly partition: number }) => T) =>
    () => {
      const records = log.readTopic(topic, readSoFar.get(topic) ?? 0)
      readSoFar.set(topic, (readSoFar.get(topic) ?? 0) + records.length)
      return records.map(decode)
    }
  const bytesOf = ({ key, value, timestamp, headers, partition }: OutputRecord & { readonly partition: number }) => ({
    key,
    value,
    timestamp,
    headers,
    partition,
  })
  const storeNamed = (name: string, partition = 0): unknown => {
    const sub = topology.subTopologies.find(({ stores }) => stores.some((store) => store.name === name))
    const driven = tasks.find(({ task }) => task.id === `${sub?.id}_${partition}`)
    if (driven === undefined)
      throw new MillraceError(
        'STORE_UNKNOWN',
        `topology ${topology.name} has no store ${name} in partition ${partition}`,
      )
    return driven.task.stores.view(name)
  }
  open()

  return {
    input: (topic) => {
      const key = topic.key.open({ topic: topic.name, role: 'key', registry })
      const value = topic.value.open({ topic: topic.name, role: 'value', registry })
      const pipeBytes = (
        keyBytes: Buffer | null,
        valueBytes: Buffer | null,
        { timestamp = clock.now(), headers = [], partition }: PipeOptions = {},
      ) => pipe(topic.name, { key: keyBytes, value: valueBytes, timestamp, headers }, partition)
      return {
        pipe: (k, v, pipeOptions) =>
          pipeBytes(k === null ? null : key.encode(k), v === null ? null : value.encode(v), pipeOptions),
        pipeBytes,
      }
    },
    output: (topic) => {
      const decode = <T>(serde: Serde<T>, role: 'key' | 'value') => {
        const opened = serde.open({ topic: topic.name, role, registry })
        return (bytes: Buffer | null): T => (bytes === null && !serde.nullable ? (null as T) : opened.decode(bytes))
      }
      const key = decode(topic.key, 'key')
      const value = decode(topic.value, 'value')
      return {
        read: output(topic.name, (record) => ({
          ...bytesOf(record),
          key: key(record.key),
          value: value(record.value),
        })),
        readBytes: output(topic.name, bytesOf),
      }
    },
    deadLetters: ({ name }) => {
      const read = output(deadLetterTopic(name), bytesOf)
      return { read, readBytes: read }
    },
    store: (declaration, partition) => storeNamed(declaration.name, partition) as never,
    storeNamed,
    advanceWallClock: (ms) => {
      clock.advance(ms)
      for (const { task } of tasks) task.punctuateWallClock()
      run()
    },
    settle: async () => {
      for (let waiting = true; waiting; ) {
        await new Promise((resolve) => setImmediate(resolve))
        const sleeping = clock.untilNextWake()
        if (sleeping !== undefined) clock.advance(sleeping)
        for (const { task } of tasks) {
          task.check()
          if (task.held === 0 && task.dirty) await task.settle()
        }
        run()
        waiting = tasks.some(({ task }) => task.held > 0 || task.runnable)
      }
    },
    restart: () => {
      for (const { task } of tasks) void task.close()
      open()
      run()
    },
    get wallClock() {
      return clock.now()
    },
    describe: () => log.topics.map((topic) => `${topic}: ${log.readTopic(topic, 0).length} records`).join('\n'),
    close: () => {
      for (const { task } of tasks) void task.close()
    },
  }
}

/** Sealed batches are views of a buffer that is used again. */
function copied({ key, value, timestamp, headers }: OutputRecord): OutputRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    timestamp,
    headers: headers.map((header) => ({
      key: header.key,
      value: header.value === null ? null : Buffer.from(header.value),
    })),
  }
}
