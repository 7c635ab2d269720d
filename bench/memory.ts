/**
 * `npm run bench:memory [-- <case>]`: that memory stays bounded. Each case runs `aggregate.ts` with a heap of 256 MB until
 * all of its input is processed and checked, and prints the most memory it had: a long backlog, values of 1 MB, and a store
 * larger than memory. It goes on, slower; a process that runs out of memory ends, and fails the case.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKafkaLog } from 'millrace'
import { startKafka } from '../test/kafka/find'
import { jsonCoding } from './coding'
import { buildMillrace, type Contestant, millrace } from './contestants'
import { measureThroughput, ordersTopic } from './measures/throughput'
import type { Ground } from './running'
import type { WorkloadOptions } from './workload'

const HEAP_MB = 256

const cases: Readonly<Record<string, WorkloadOptions>> = {
  // Ten million records wait when it starts.
  backlog: { records: 10_000_000, keys: 100_000, skew: 0, valueBytes: 175, avro: false },
  // Each value has 1 MB, and so has the state of each of 50 keys.
  'large-values': { records: 500, keys: 50, skew: 0, valueBytes: 900_000, avro: false },
  // Two million keys of 1 kB each: 2 GB of state.
  'large-store': { records: 2_400_000, keys: 2_000_000, skew: 0, valueBytes: 1_024, avro: false },
}

const bounded: Contestant = { ...millrace, args: [`--max-old-space-size=${HEAP_MB}`, ...millrace.args] }

async function main(chosen: string | undefined): Promise<void> {
  await buildMillrace()
  const kafka = await startKafka({ note: (line) => console.error(line) })
  if (kafka === undefined) throw new Error('no Kafka')
  const directory = await mkdtemp(join(tmpdir(), 'millrace-memory-'))
  const log = await openKafkaLog({ brokers: kafka.brokers })
  try {
    for (const [name, workload] of Object.entries(cases)) {
      if (chosen !== undefined && chosen !== name) continue
      await run(name, workload, { log, brokers: kafka.brokers, directory })
    }
  } finally {
    await log.close()
    await kafka.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function run(name: string, workload: WorkloadOptions, ground: Ground): Promise<void> {
  const shared = { workload, coding: jsonCoding }
  const input = await ordersTopic(ground, shared, `bench-memory-${process.pid}-${name}`)
  const spec = { ...shared, contestant: bounded, threads: 1, exactlyOnce: false, store: 'persistent' } as const
  const { recordsPerSecond, peakMegabytes } = await measureThroughput(ground, spec, input)
  await ground.log.admin.deleteTopics([input])
  const rate = Math.round(recordsPerSecond).toLocaleString('en-US')
  console.log(`${name}: ${rate} records a second, at most ${Math.round(peakMegabytes)} MB with a heap of ${HEAP_MB} MB`)
}

main(process.argv[2]).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
