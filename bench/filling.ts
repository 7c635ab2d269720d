/** Topics for one run, and the records in them. */
import { type Log, type LogProducer, partitionFor, recordsBuffer } from 'millrace'
import type { Coding } from './coding'
import { keyNumbers, keyOf, noteOf, orderOf, PARTITIONS, totalsOf, type WorkloadOptions } from './workload'

const SEND_EVERY_BYTES = 4_000_000

/** Output topics carry the time at which the broker appended, which is what throughput is computed from. */
export async function createTopics(log: Log, input: string, output: string): Promise<void> {
  await log.admin.createTopics([
    { name: input, partitions: PARTITIONS },
    { name: output, partitions: PARTITIONS, config: { 'message.timestamp.type': 'LogAppendTime' } },
  ])
}

export const partitionsOf = (topic: string) =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }))

/** Writes the orders of a workload. */
export async function fillOrders(log: Log, topic: string, coding: Coding, workload: WorkloadOptions): Promise<void> {
  const next = keyNumbers(workload)
  const note = noteOf(workload.valueBytes)
  const began = 1_700_000_000_000
  await filling(log, async (put) => {
    for (let record = 0; record < workload.records; record++) {
      const key = next()
      await put(topic, keyOf(key), coding.order(orderOf(record, key, began + record / 10, note)))
    }
  })
}

/** Writes a changelog in which every key has been changed again and again, up to `records` changes. */
export async function fillChangelog(log: Log, topic: string, coding: Coding, workload: WorkloadOptions): Promise<void> {
  const note = noteOf(workload.valueBytes)
  await log.admin.createTopics([{ name: topic, partitions: PARTITIONS, config: { 'cleanup.policy': 'compact' } }])
  await filling(log, async (put) => {
    for (let record = 0; record < workload.records; record++) {
      const key = record % workload.keys
      const count = 1 + Math.floor(record / workload.keys)
      await put(topic, keyOf(key), coding.totals(totalsOf(key, count, note)))
    }
  })
}

type Put = (topic: string, key: string, value: Buffer) => Promise<void> | undefined

/** Runs `fill`, which may not wait for each of its records: full buffers are sent on the way, one after the other. */
async function filling(
  log: Log,
  fill: (put: (...put: Parameters<Put>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const producer = await log.producer({ clientId: 'bench' })
  try {
    const buffers = startBuffers(producer)
    await fill(buffers.put)
    await buffers.flush()
  } finally {
    await producer.close()
  }
}

const done = Promise.resolve()

function startBuffers(producer: LogProducer) {
  const now = Date.now()
  let topicOf = ''
  let bytes = 0
  let buffers = newBuffers()
  function newBuffers() {
    return Array.from({ length: PARTITIONS }, () => recordsBuffer())
  }
  async function flush(): Promise<void> {
    const batches = buffers.flatMap((records, partition) =>
      records.count === 0 ? [] : [{ topic: topicOf, partition, records }],
    )
    buffers = newBuffers()
    bytes = 0
    await producer.send(batches)
  }
  const put = (topic: string, key: string, value: Buffer): Promise<void> => {
    topicOf = topic
    const keyBytes = Buffer.from(key)
    buffers[partitionFor(keyBytes, PARTITIONS)]!.append(keyBytes, value, now, [])
    bytes += value.length
    return bytes < SEND_EVERY_BYTES ? done : flush()
  }
  return { put, flush }
}
