/**
 * What the bench measures, written as any user would write it: every order loads, updates and stores the totals of its key
 * and puts them out. Runs by itself until it is killed:
 *
 *     npm run build -w streams
 *     KAFKA_BROKERS=localhost:9092 IN_TOPIC=orders OUT_TOPIC=totals node --require tsx/cjs bench/aggregate.ts
 *
 * (or, slower to start, from the engine's sources: `node --conditions=source --require tsx/cjs bench/aggregate.ts`). The bench
 * compiles it first, as it would be deployed: tsx adds more than a tenth of a second to the start of each thread.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import {
  avro,
  createWorker,
  defineWorker,
  json,
  kafkaConfigFromEnv,
  levelStateDirectory,
  memoryStateDirectory,
  openKafkaLog,
  openLogRegistry,
  type Serde,
  silentLogger,
  stream,
  string,
  timestampedKeyValueStore,
  topic,
  topology,
  type Worker,
  type WorkerThreads,
  workerThreads,
} from 'millrace'

export interface Order {
  readonly orderId: string
  readonly customerId: string
  readonly status: string
  readonly amountCents: number
  /** ms since the epoch, with fractions. */
  readonly sentAt: number
  readonly note: string
}

export interface Totals {
  readonly orderId: string
  readonly status: string
  readonly count: number
  readonly totalCents: number
  readonly sentAt: number
  readonly note: string
}

const { env } = process
const inAvro = env.AVRO === '1'
const partitions = Number(env.PARTITIONS ?? 4)

/** JSON, or with AVRO=1 Avro. */
const valuesOf = <T>(schema: string): Serde<T> =>
  inAvro ? avro<T>(readFileSync(join(__dirname, schema), 'utf8')) : json<T>()

const orders = topic(env.IN_TOPIC ?? 'orders', { key: string, value: valuesOf<Order>('order.avsc'), partitions })
const totals = topic(env.OUT_TOPIC ?? 'totals', { key: string, value: valuesOf<Totals>('totals.avsc'), partitions })
const totalsOf = timestampedKeyValueStore('totals-of', { key: string, value: valuesOf<Totals>('totals.avsc') })

const nothing: Totals = { orderId: '', status: '', count: 0, totalCents: 0, sentAt: 0, note: '' }

const add = (sums: Totals, { orderId, status, amountCents, sentAt, note }: Order): Totals => ({
  orderId,
  status,
  count: sums.count + 1,
  totalCents: sums.totalCents + amountCents,
  sentAt,
  note,
})

const summed = stream(orders)
  .groupByKey()
  .aggregate(() => nothing, add, totalsOf)

export const aggregate = topology('aggregate', [summed.toStream().to(totals)])

/** Threads load this module once more, each for a worker of its own. */
const worker = defineWorker(async ({ logger }) => {
  const applicationId = env.APP_ID ?? aggregate.name
  const inMemory = env.STORE === 'memory'
  const log = await openKafkaLog(kafkaConfigFromEnv(env))
  return {
    topology: aggregate,
    applicationId,
    log,
    ...(inAvro && { registry: await openLogRegistry(log) }),
    state: inMemory ? memoryStateDirectory() : levelStateDirectory(env.STATE_DIR ?? './data/bench', applicationId),
    guarantee: env.EOS === '1' ? 'exactly_once_v2' : 'at_least_once',
    commitIntervalMs: Number(env.COMMIT_MS ?? 100),
    logger,
  }
})
export default worker

/** One thread needs no thread beside the main one. */
async function start(threads: number): Promise<Worker | WorkerThreads> {
  if (threads > 1) return workerThreads({ module: __filename, threads })
  const options = await worker({ threadIndex: 0, threads, logger: silentLogger })
  const alone = createWorker(options)
  // A thread closes its log by itself.
  alone.done.finally(options.log.close).catch(() => undefined)
  return alone
}

async function main(): Promise<void> {
  const running = await start(Number(env.THREADS ?? 1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close())
  await running.start()
  await running.done
}

if (isMainThread && require.main === module) {
  main().catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
}
