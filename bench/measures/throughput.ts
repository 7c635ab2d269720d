/** A backlog of orders, from the start of a program until all of it is processed and committed. */
import { fillOrders, partitionsOf } from '../filling'
import { clear, type Ground, newPlace, type Place, type RunSpec, start, until } from '../running'
import { verifyTotals } from '../verify'

export interface Throughput {
  readonly recordsPerSecond: number
  readonly cpuSecondsPerMillion: number
  readonly peakMegabytes: number
  readonly firstOutputSeconds: number
}

const TIMEOUT_MS = 900_000

/**
 * Records per second are those between the first and the last output, by the broker's clock; the processor time is all that
 * the program has used from its start on.
 * @param input a topic that holds the orders
 */
export async function measureThroughput(ground: Ground, spec: RunSpec, input: string): Promise<Throughput> {
  const place = await newPlace(ground, spec.contestant, input)
  const running = start(ground, place, spec)
  const processed = async () => {
    const firstAt = await firstOutput(ground, place)
    await until(`${place.appId}: processing`, 25, TIMEOUT_MS, () => allCommitted(ground, place, spec))
    return firstAt
  }
  try {
    const firstAt = await Promise.race([processed(), running.failed])
    const cpuSeconds = running.cpuSeconds()
    const peakMegabytes = running.peakMegabytes()
    await running.kill()
    const { records } = spec.workload
    const checked = await verifyTotals(ground.log, place.output, spec.coding, spec.workload)
    return {
      recordsPerSecond: records / ((checked.lastAt - checked.firstAt) / 1000),
      cpuSecondsPerMillion: (cpuSeconds / records) * 1e6,
      peakMegabytes,
      firstOutputSeconds: (firstAt - running.startedAt) / 1000,
    }
  } finally {
    await running.kill()
    await clear(ground, place)
  }
}

/** ms since the epoch at which a reader of committed data could see something. */
async function firstOutput({ log }: Ground, { output, appId }: Place): Promise<number> {
  await until(`${appId}: the first output`, 5, TIMEOUT_MS, async () => {
    const ends = await log.admin.offsets(partitionsOf(output), 'latest')
    return ends.some(({ offset }) => offset > 0)
  })
  return Date.now()
}

async function allCommitted({ log }: Ground, { appId, input }: Place, { workload }: RunSpec): Promise<boolean> {
  const committed = await log.admin.committedOffsets(appId, partitionsOf(input))
  return committed.reduce((sum, { offset }) => sum + offset, 0) >= workload.records
}

/** The topic that the runs of one workload share. */
export async function ordersTopic(
  ground: Ground,
  spec: Pick<RunSpec, 'workload' | 'coding'>,
  name: string,
): Promise<string> {
  await ground.log.admin.createTopics([{ name, partitions: 4 }])
  await fillOrders(ground.log, name, spec.coding, spec.workload)
  return name
}
