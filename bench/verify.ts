/** Reads what a run has put out, record by record, and checks all of it. */
import type { Log } from 'millrace'
import type { Coding } from './coding'
import { partitionsOf } from './filling'
import { centsOf, keyNumber, keyNumbers, type WorkloadOptions } from './workload'

export interface Checked {
  /** ms; when the broker appended the first and the last output. */
  readonly firstAt: number
  readonly lastAt: number
}

/**
 * Every order has put out the totals of its key once, in order: the counts of each key are 1, 2, 3, … to the number of its
 * orders, and its last total is the sum of their amounts.
 * @throws Error that says what differs
 */
export async function verifyTotals(
  log: Log,
  output: string,
  coding: Coding,
  workload: WorkloadOptions,
): Promise<Checked> {
  const counts = new Int32Array(workload.keys)
  const cents = new Float64Array(workload.keys)
  const times = await readAll(log, output, (key, value) => {
    const { count, totalCents } = coding.readTotals(value)
    const number = keyNumber(key.toString('latin1'))
    const expected = counts[number]! + 1
    if (count !== expected) throw new Error(`${output}: key ${key} has count ${count} where ${expected} was to come`)
    counts[number] = count
    cents[number] = totalCents
  })
  checkSums(counts, cents, workload)
  return times
}

function checkSums(counts: Int32Array, cents: Float64Array, workload: WorkloadOptions): void {
  const next = keyNumbers(workload)
  for (let record = 0; record < workload.records; record++) {
    const key = next()
    counts[key]! -= 1
    cents[key]! -= centsOf(record)
  }
  const wrong = counts.findIndex((left, key) => left !== 0 || cents[key] !== 0)
  if (wrong >= 0)
    throw new Error(`key ${wrong} is off by ${counts[wrong]} in its count and ${cents[wrong]} cents in its total`)
}

async function readAll(log: Log, topic: string, visit: (key: Buffer, value: Buffer) => void): Promise<Checked> {
  const reader = await log.reader({ isolation: 'read_committed' })
  try {
    const ends = await log.admin.offsets(partitionsOf(topic), 'latest')
    const left = new Set(ends.filter(({ offset }) => offset > 0).map(({ partition }) => partition))
    let firstAt = Number.POSITIVE_INFINITY
    let lastAt = 0
    reader.assign(partitionsOf(topic).map((partition) => ({ ...partition, offset: 0 })))
    while (left.size > 0) {
      for (const { partition, records, nextOffset } of await reader.poll(1_000)) {
        for (const { key, value, timestamp } of records) {
          visit(key!, value!)
          if (timestamp < firstAt) firstAt = timestamp
          if (timestamp > lastAt) lastAt = timestamp
        }
        if (nextOffset >= ends.find((end) => end.partition === partition)!.offset) left.delete(partition)
      }
    }
    return { firstAt, lastAt }
  } finally {
    await reader.close()
  }
}
