/** What one round of the bench consists of, in its order. */
import { type Coding, jsonCoding } from './coding'
import { type Contestant, kafkajsLoop, millrace } from './contestants'
import { measureDriver } from './measures/driver'
import { measureLatency } from './measures/latency'
import { measureLoop } from './measures/loop'
import { measureRestore } from './measures/restore'
import { measureStages, STAGES } from './measures/stages'
import { measureThroughput, ordersTopic } from './measures/throughput'
import type { BenchOptions } from './options'
import type { Book, Figure, Target } from './report/book'
import type { Ground, RunSpec } from './running'
import type { WorkloadOptions } from './workload'

export interface Job {
  readonly name: string
  run(): Promise<void>
}

export interface JobOptions {
  readonly options: BenchOptions
  readonly ground: Ground
  readonly book: Book
  readonly kafkaStreams: Contestant
  readonly avro: Coding
}

const ratio = (bound: Omit<Target, 'of'>): Target => ({ of: 'ratio', ...bound })
const threadsText = (threads: number) => `${threads} thread${threads === 1 ? '' : 's'}`
const guaranteeText = (exactlyOnce: boolean) => (exactlyOnce ? 'exactly once' : 'at least once')

/** The targets of records per second against Kafka Streams with RocksDB. */
function throughputTarget(threads: number, exactlyOnce: boolean): Target | undefined {
  if (threads === 1) return ratio({ atLeast: exactlyOnce ? 1.4 : 1.6 })
  if (threads === 4) return ratio({ atLeast: exactlyOnce ? 2 : 2.4 })
  return undefined
}

export function jobsOf(given: JobOptions): readonly Job[] {
  const { measures } = given.options
  return [
    ...(measures.includes('throughput') ? throughputJobs(given) : []),
    ...(measures.includes('loop') ? [loopJob(given)] : []),
    ...(measures.includes('latency') ? latencyJobs(given) : []),
    ...(measures.includes('restore') ? restoreJobs(given) : []),
    ...(measures.includes('variants') ? variantJobs(given) : []),
    ...(measures.includes('driver') ? [driverJob(given)] : []),
    ...(measures.includes('stages') ? [stagesJob(given)] : []),
  ]
}

function both({ kafkaStreams }: JobOptions): readonly Contestant[] {
  return [millrace, kafkaStreams]
}

function specOf({ options, avro }: JobOptions, workload = options.workload): Omit<RunSpec, 'contestant'> {
  const coding = workload.avro ? avro : jsonCoding
  return { threads: 1, exactlyOnce: false, store: options.store, workload, coding }
}

/** Filled once per workload, then read by all. */
const filled = new WeakMap<WorkloadOptions, Promise<string>>()
function inputOf(given: JobOptions, workload: WorkloadOptions): Promise<string> {
  const known = filled.get(workload)
  if (known !== undefined) return known
  const { ground } = given
  const name = `bench-orders-${process.pid}-${workload.skew}-${workload.valueBytes}${workload.avro ? '-avro' : ''}`
  const topic = ordersTopic(ground, specOf(given, workload), name)
  filled.set(workload, topic)
  return topic
}

function throughputJobs(given: JobOptions): readonly Job[] {
  const { options, ground, book } = given
  return options.guarantees.flatMap((exactlyOnce) =>
    options.threads.flatMap((threads) =>
      both(given).map((contestant) => ({
        name: `${guaranteeText(exactlyOnce)}, ${threadsText(threads)}: ${contestant.name}`,
        run: async () => {
          const spec = { ...specOf(given), contestant, threads, exactlyOnce }
          const measured = await measureThroughput(ground, spec, await inputOf(given, options.workload))
          const line = `${guaranteeText(exactlyOnce)}, ${threadsText(threads)}`
          const note = (group: string, unit: string, value: number, target?: Target) =>
            book.note(figure({ group, line, unit, target }), contestant.name, value)
          const one = threads === 1
          note('Throughput', 'rec/s', measured.recordsPerSecond, throughputTarget(threads, exactlyOnce))
          note('Processor time per million records', 's', measured.cpuSecondsPerMillion, ratio({ atMost: 0.5 }))
          note('Peak memory', 'MB', measured.peakMegabytes, one ? ratio({ atMost: 0.7 }) : undefined)
          note('Time to the first output', 's', measured.firstOutputSeconds, ratio({ atMost: 0.5 }))
        },
      })),
    ),
  )
}

function loopJob(given: JobOptions): Job {
  const { options, ground, book } = given
  const line = 'at least once, 1 thread, beside a kafkajs loop'
  return {
    name: 'a loop of kafkajs, without state',
    run: async () => {
      const spec = { ...specOf(given), contestant: kafkajsLoop }
      const theirs = await measureLoop(ground, spec, await inputOf(given, options.workload))
      const one = figure({ group: 'For scale', line, unit: 'rec/s', target: ratio({ atLeast: 1 }) })
      book.note(one, 'kafkajs', theirs)
      const ours = await measureThroughput(
        ground,
        { ...spec, contestant: millrace },
        await inputOf(given, options.workload),
      )
      book.note(one, 'millrace', ours.recordsPerSecond)
    },
  }
}

function latencyJobs(given: JobOptions): readonly Job[] {
  const { options, ground, book } = given
  return options.guarantees.flatMap((exactlyOnce) =>
    both(given).map((contestant) => ({
      name: `latency, ${guaranteeText(exactlyOnce)}: ${contestant.name}`,
      run: async () => {
        const { p50, p99 } = await measureLatency(ground, { ...specOf(given), contestant, exactlyOnce })
        const group = 'Latency at 1,000 records a second (Kafka Streams with linger 0)'
        const text = guaranteeText(exactlyOnce)
        const bounds = exactlyOnce ? { p50: undefined, p99: 1 } : { p50: 1.5, p99: 1.5 }
        const target = (atMost: number | undefined) => (atMost === undefined ? undefined : ratio({ atMost }))
        book.note(figure({ group, line: `${text}, p50`, unit: 'ms', target: target(bounds.p50) }), contestant.name, p50)
        book.note(figure({ group, line: `${text}, p99`, unit: 'ms', target: target(bounds.p99) }), contestant.name, p99)
      },
    })),
  )
}

function restoreJobs(given: JobOptions): readonly Job[] {
  const { options, ground, book } = given
  return options.threads.flatMap((threads) =>
    both(given).map((contestant) => ({
      name: `restore, ${threadsText(threads)}: ${contestant.name}`,
      run: async () => {
        const { seconds } = await measureRestore(ground, { ...specOf(given), contestant, threads })
        const group = `Restore of ${options.workload.records.toLocaleString('en-US')} changelog records, with the start`
        const target = ratio({ atMost: threads === 1 ? 0.5 : 0.6 })
        book.note(figure({ group, line: threadsText(threads), unit: 's', target }), contestant.name, seconds)
      },
    })),
  )
}

/** The standard targets hold within 20 %. */
function variantJobs(given: JobOptions): readonly Job[] {
  const { options, ground, book } = given
  const variants: Readonly<Record<string, Partial<WorkloadOptions>>> = {
    'zipf keys (exponent 1)': { skew: 1 },
    'values of 1 kB': { valueBytes: 1024, records: Math.ceil(options.workload.records / 2) },
    'Avro values': { avro: true },
  }
  return Object.entries(variants).flatMap(([line, changed]) => {
    const workload = { ...options.workload, ...changed }
    return both(given).map((contestant) => ({
      name: `${line}: ${contestant.name}`,
      run: async () => {
        const spec = { ...specOf(given, workload), contestant }
        const measured = await measureThroughput(ground, spec, await inputOf(given, workload))
        const target = ratio({ atLeast: 1.6 * 0.8 })
        const group = 'Other workloads, at least once, 1 thread'
        book.note(figure({ group, line, unit: 'rec/s', target }), contestant.name, measured.recordsPerSecond)
      },
    }))
  })
}

function driverJob({ book }: JobOptions): Job {
  const target = { of: 'value', atLeast: 200_000 } as const
  const one = figure({ group: 'Test driver', line: 'three operators', unit: 'rec/s', target })
  return { name: 'the test driver', run: async () => book.note(one, 'millrace', measureDriver()) }
}

function stagesJob({ options, ground, book }: JobOptions): Job {
  const group = 'The order platform, exactly once, from the command to the delivery'
  const target = { of: 'value', atLeast: 5_000 } as const
  return {
    name: 'the four stages of the order platform',
    run: async () => {
      const measured = await measureStages(ground, Math.min(50_000, options.workload.records / 10))
      const whole = figure({ group, line: 'orders a second', unit: '', target })
      book.note(whole, 'millrace', measured.ordersPerSecond)
      for (const stage of STAGES) {
        const line = `processor time of ${stage} per million orders`
        book.note({ group, line, unit: 's' }, 'millrace', measured.cpuSecondsPerMillion[stage])
      }
    },
  }
}

function figure({ target, ...others }: Omit<Figure, 'target'> & { readonly target: Target | undefined }): Figure {
  return target === undefined ? others : { ...others, target }
}
