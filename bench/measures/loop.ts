/** What a bare loop of kafkajs manages on the same orders, without state: for scale, and for the check of .ci/run. */
import type { LogAdmin } from 'millrace'
import { partitionsOf } from '../filling'
import { clear, type Ground, newPlace, type RunSpec, start, until } from '../running'

const TIMEOUT_MS = 300_000

/** Records per second between the first output and the last, by our own watching; nothing of what it puts out is checked. */
export async function measureLoop(ground: Ground, spec: RunSpec, input: string): Promise<number> {
  const place = await newPlace(ground, spec.contestant, input)
  const running = start(ground, place, spec)
  const { admin } = ground.log
  try {
    const watched = async () => {
      await until(`${place.appId}: starting`, 5, TIMEOUT_MS, async () => (await written(admin, place.output)) > 0)
      const began = { at: performance.now(), records: await written(admin, place.output) }
      const { records } = spec.workload
      await until(
        `${place.appId}: finishing`,
        10,
        TIMEOUT_MS,
        async () => (await written(admin, place.output)) >= records,
      )
      return ((records - began.records) / (performance.now() - began.at)) * 1000
    }
    return await Promise.race([watched(), running.failed])
  } finally {
    await running.kill()
    await clear(ground, place)
  }
}

async function written(admin: LogAdmin, topic: string): Promise<number> {
  const ends = await admin.offsets(partitionsOf(topic), 'latest')
  return ends.reduce((sum, { offset }) => sum + offset, 0)
}
