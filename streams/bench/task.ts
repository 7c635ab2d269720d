/**
 * How fast a task is by itself: fetched batches in, outputs and changelogs out, with a commit every 10,000 records.
 * `npx tsx --conditions=source streams/bench/task.ts [records] [keys]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { failFast } from '../graph/policy'
import { type Topology, topology } from '../graph/topology'
import type { FetchedBatch } from '../log/port'
import { decodeBatches, noProducer, recordsBuffer } from '../log/records'
import { json, string } from '../serdes'
import { levelStateDirectory, memoryStateDirectory, type StateDirectory, timestampedKeyValueStore } from '../stores'
import type { StoreBackend } from '../stores/backend'
import { batchedOutput } from '../tasks/output'
import { createTask, type Task } from '../tasks/task'
import { topic } from '../topics'

interface Order {
  readonly orderId: string
  readonly amountCents: number
  readonly note: string
}
interface Totals {
  readonly orderId: string
  readonly count: number
  readonly totalCents: number
  readonly note: string
}

const RECORDS = Number(process.argv[2] ?? 500_000)
const KEYS = Number(process.argv[3] ?? 25_000)
const BATCH = 5_000
const COMMIT_EVERY = 10_000

const orders = topic('orders', { key: string, value: json<Order>() })
const totals = topic('totals', { key: string, value: json<Totals>() })
const totalsOf = timestampedKeyValueStore('totals-of', { key: string, value: json<Totals>() })
const nothing: Totals = { orderId: '', count: 0, totalCents: 0, note: '' }

const aggregated = topology('aggregate', [
  stream(orders)
    .groupByKey()
    .aggregate(
      () => nothing,
      (sums, { orderId, amountCents, note }) => ({
        orderId,
        count: sums.count + 1,
        totalCents: sums.totalCents + amountCents,
        note,
      }),
      totalsOf,
    )
    .toStream()
    .to(totals),
])

const stateless = topology('stateless', [
  stream(orders)
    .filter(({ amountCents }) => amountCents > 0)
    .mapValues(({ orderId, amountCents, note }) => ({ orderId, count: 1, totalCents: amountCents, note }))
    .to(totals),
])

/** The bytes of a fetched batch; decoding them is part of what is measured. */
function fetchedBytes(from: number): Buffer {
  const records = recordsBuffer({ maxBatchBytes: 100_000_000 })
  for (let at = from; at < from + BATCH; at++) {
    const orderId = `order-${String((at * 7919) % KEYS).padStart(6, '0')}`
    const order = { orderId, amountCents: 100 + (at % 9_900), note: 'x'.repeat(115) }
    records.append(Buffer.from(orderId), Buffer.from(JSON.stringify(order)), 1_700_000_000_000 + at, [])
  }
  return Buffer.from(records.seal(noProducer)[0]!.bytes)
}

function decoded(bytes: Buffer, baseOffset: number): FetchedBatch {
  const [batch] = decodeBatches(bytes)
  return { topic: 'orders', partition: 0, records: batch!.records, nextOffset: baseOffset + BATCH, endOffset: RECORDS }
}

async function openTask(of: Topology, directory: StateDirectory): Promise<Task> {
  const subTopology = of.subTopologies[0]!
  const backends = new Map<string, StoreBackend>()
  for (const { name } of subTopology.stores) backends.set(name, await directory.open('0_0', name))
  return createTask({
    applicationId: 'bench',
    taskId: '0_0',
    subTopology,
    partition: 0,
    backends,
    output: batchedOutput(),
    clock: systemClock,
    policyOf: () => failFast,
    partitionsOf: () => 1,
    onFailure: () => undefined,
    onDropped: () => undefined,
    onRetry: () => undefined,
    onWake: () => undefined,
  })
}

async function run(name: string, of: Topology, directory: StateDirectory): Promise<void> {
  const task = await openTask(of, directory)
  const chunks = Array.from({ length: Math.ceil(RECORDS / BATCH) }, (_, chunk) => fetchedBytes(chunk * BATCH))
  const cpu = process.cpuUsage()
  const began = performance.now()
  let changelogOffset = 0
  let commits = 0
  for (const [index, bytes] of chunks.entries()) {
    task.add(decoded(bytes, index * BATCH))
    while (task.process(500) > 0);
    if (((index + 1) * BATCH) % COMMIT_EVERY !== 0) continue
    const commitBegan = performance.now()
    await task.settle()
    const { outputs, changelogs } = task.collect()
    for (const { records } of [...outputs, ...changelogs]) records.seal(noProducer)
    const appended = changelogs.map(({ topic, partition, records }) => {
      const baseOffset = changelogOffset
      changelogOffset += records.count
      return { topic, partition, baseOffset, nextOffset: changelogOffset }
    })
    await task.committed(appended, true)
    commits += performance.now() - commitBegan
  }
  const ms = performance.now() - began
  const used = process.cpuUsage(cpu)
  const each = (milliseconds: number) => ((milliseconds * 1000) / RECORDS).toFixed(2)
  const rss = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(
    `${name.padEnd(24)} ${Math.round(RECORDS / ms)}k/s  µs each: wall ${each(ms)}, of it commits ${each(commits)}, cpu ${each((used.user + used.system) / 1000)}  rss ${rss} MB`,
  )
  await task.close()
}

async function main(): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const level = levelStateDirectory(path, 'bench')
  const only = process.argv[4]
  const cases: readonly [string, Topology, StateDirectory][] = [
    ['stateless', stateless, memoryStateDirectory()],
    ['aggregate on memory', aggregated, memoryStateDirectory()],
    ['aggregate on level', aggregated, level],
  ]
  for (const one of cases) if (only === undefined || one[0].includes(only)) await run(...one)
  await level.close()
  await rm(path, { recursive: true, force: true })
}

void main()
