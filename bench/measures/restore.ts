/** Starting without state on a full changelog, until every partition answers again. */

import { partitionFor, recordsBuffer } from 'millrace'
import { fillChangelog, partitionsOf } from '../filling'
import { clear, type Ground, newPlace, type Place, type RunSpec, sleep, start } from '../running'
import { keyNumber, keyOf, noteOf, orderOf, PARTITIONS, type WorkloadOptions } from '../workload'

export interface Restore {
  readonly seconds: number
}

const TIMEOUT_MS = 300_000

/**
 * Seconds from the start of the program until one order in each partition has put out totals that count what the changelog
 * says. They include what any start takes: joining the group, creating nothing, opening stores.
 */
export async function measureRestore(ground: Ground, spec: RunSpec): Promise<Restore> {
  const place = await newPlace(ground, spec.contestant)
  const changelog = `${place.appId}-totals-of-changelog`
  await fillChangelog(ground.log, changelog, spec.coding, spec.workload)
  const asked = await askEachPartition(ground, place, spec)
  const running = start(ground, place, spec)
  try {
    await Promise.race([answers(ground, place, spec, asked), running.failed])
    return { seconds: (Date.now() - running.startedAt) / 1000 }
  } finally {
    await running.kill()
    await clear(ground, place)
  }
}

/** One order for a key of each partition; the number of orders that the key has had by then. */
async function askEachPartition({ log }: Ground, { input }: Place, { coding, workload }: RunSpec) {
  const expected = new Map<string, number>()
  const producer = await log.producer({ clientId: 'bench' })
  const keys = Array.from({ length: PARTITIONS }, (_, partition) => keyIn(partition))
  const batches = keys.map((key, partition) => {
    const records = recordsBuffer()
    const order = orderOf(0, key, Date.now(), noteOf(workload.valueBytes))
    records.append(Buffer.from(keyOf(key)), coding.order(order), Date.now(), [])
    expected.set(keyOf(key), changesOf(key, workload) + 1)
    return { topic: input, partition, records }
  })
  await producer.send(batches)
  await producer.close()
  return expected
}

function keyIn(partition: number): number {
  for (let key = 0; ; key++) if (partitionFor(Buffer.from(keyOf(key)), PARTITIONS) === partition) return key
}

/** Changes of a key in the changelog that `fillChangelog` writes. */
const changesOf = (key: number, { records, keys }: WorkloadOptions): number =>
  Math.floor(records / keys) + (key < records % keys ? 1 : 0)

async function answers(
  { log }: Ground,
  { output, appId }: Place,
  { coding }: RunSpec,
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  const reader = await log.reader({ isolation: 'read_committed' })
  const left = new Map(expected)
  const deadline = Date.now() + TIMEOUT_MS
  try {
    reader.assign(partitionsOf(output).map((partition) => ({ ...partition, offset: 0 })))
    while (left.size > 0) {
      if (Date.now() > deadline) throw new Error(`${appId}: not restored within ${TIMEOUT_MS / 1000} s`)
      for (const { records } of await reader.poll(100)) {
        for (const record of records) {
          const key = record.key!.toString('latin1')
          const { count } = coding.readTotals(record.value!)
          if (count !== left.get(key)) {
            throw new Error(`${appId}: key ${keyNumber(key)} has count ${count} after a restore, not ${left.get(key)}`)
          }
          left.delete(key)
        }
      }
    }
  } finally {
    await reader.close()
  }
  await sleep(0)
}
