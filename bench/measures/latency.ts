/** From the sending of an order to the arrival of its totals, at a steady rate. */
import { type Log, type LogProducer, partitionFor, recordsBuffer } from 'millrace'
import { partitionsOf } from '../filling'
import { clear, type Ground, newPlace, type Place, type RunSpec, sleep, start } from '../running'
import { keyNumbers, keyOf, noteOf, orderOf, PARTITIONS } from '../workload'

export interface Latency {
  readonly p50: number
  readonly p99: number
}

const RATE_PER_SECOND = 1_000
/** Both need to have run for a while before their compilers are done with them. */
const WARM_UP_MS = 8_000
const MEASURED_MS = 10_000
const START_TIMEOUT_MS = 60_000

/** ms since the epoch, with fractions, of a clock that does not jump. */
const now = () => performance.timeOrigin + performance.now()

/** Milliseconds as a client sees them: through the broker, the program, the broker again and back. */
export async function measureLatency(ground: Ground, spec: RunSpec): Promise<Latency> {
  const place = await newPlace(ground, spec.contestant)
  const running = start(ground, place, spec, { LINGER_MS: '0' })
  const producer = await ground.log.producer({ clientId: 'bench' })
  const stop = new AbortController()
  const arrivals = receiving(ground.log, place, spec, stop.signal)
  try {
    return await Promise.race([steady(place, spec, producer, arrivals), running.failed])
  } finally {
    stop.abort()
    await arrivals.ended
    await producer.close()
    await running.kill()
    await clear(ground, place)
  }
}

async function steady(place: Place, spec: RunSpec, producer: LogProducer, arrivals: Arrivals): Promise<Latency> {
  const send = sender(place, spec, producer)
  await send(START_TIMEOUT_MS, () => arrivals.latencies.length > 0)
  await send(WARM_UP_MS, () => false)
  arrivals.latencies.length = 0
  await send(MEASURED_MS, () => false)
  await sleep(300)
  const sorted = Float64Array.from(arrivals.latencies).sort()
  if (sorted.length < RATE_PER_SECOND) throw new Error(`${place.appId}: only ${sorted.length} answers in time`)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!
  return { p50: at(0.5), p99: at(0.99) }
}

/** Sends what is due each ms, whatever the program under measurement does. */
function sender({ input }: Place, { coding, workload }: RunSpec, producer: LogProducer) {
  const next = keyNumbers(workload)
  const note = noteOf(workload.valueBytes)
  let record = 0
  const sendDue = async (due: number) => {
    const buffers = Array.from({ length: PARTITIONS }, () => recordsBuffer())
    for (let sent = 0; sent < due; sent++) {
      const key = next()
      const keyBytes = Buffer.from(keyOf(key))
      const value = coding.order(orderOf(record++, key, now(), note))
      buffers[partitionFor(keyBytes, PARTITIONS)]!.append(keyBytes, value, Math.floor(now()), [])
    }
    await producer.send(
      buffers.flatMap((records, partition) => (records.count === 0 ? [] : [{ topic: input, partition, records }])),
    )
  }
  return async (forMs: number, enough: () => boolean): Promise<void> => {
    const began = now()
    let sent = 0
    for (let elapsed = 0; elapsed < forMs && !enough(); elapsed = now() - began) {
      const due = Math.floor((elapsed * RATE_PER_SECOND) / 1000) - sent
      if (due <= 0) {
        await sleep(1)
        continue
      }
      sent += due
      await sendDue(due)
    }
  }
}

interface Arrivals {
  /** ms of each record that has come back. */
  readonly latencies: number[]
  readonly ended: Promise<void>
}

function receiving(log: Log, { output }: Place, { coding }: RunSpec, signal: AbortSignal): Arrivals {
  const latencies: number[] = []
  const receive = async () => {
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign(partitionsOf(output).map((partition) => ({ ...partition, offset: 0 })))
    while (!signal.aborted) {
      for (const { records } of await reader.poll(100)) {
        const arrived = now()
        for (const { value } of records) latencies.push(arrived - coding.readTotals(value!).sentAt)
      }
    }
    await reader.close()
  }
  return { latencies, ended: receive() }
}
