import { parseArgs } from 'node:util'
import type { WorkloadOptions } from './workload'

export const HELP = `Measures millrace and Apache Kafka Streams in turn on one Kafka of its own, checks every output, and prints medians
with their ratios. Needs Java 17 and Maven.

  npm run bench -- [options]

  --threads <n,n>     numbers of threads; default 1,4
  --eos <0|1|0,1>     guarantees: 0 at least once, 1 exactly once; default 0,1
  --records <n>       default 1000000
  --keys <n>          default 100000
  --skew <s>          exponent of a zipf distribution of the keys; default 0, all alike
  --value-bytes <n>   bytes of an order as JSON; default 175
  --avro              values in Avro rather than JSON
  --store <kind>      persistent (default) or memory
  --runs <n>          runs of each, of which the median counts; default 3
  --only <m,m>        only these measures: throughput, variants, restore, latency, loop, driver, stages
  --quick             200000 records, one run, without the variants: about three minutes
  --json <file>       also writes all runs as JSON (- for the standard output)
  --write-docs        also writes the table into docs/performance.md and the picture docs/bench.svg
  --regression        only the short check of .ci/run: fails where we collapse against a bare loop of kafkajs
  --help              this text

  Without options, the whole table with its variants (zipf keys, 1 kB values, Avro): about 20 minutes.
`

export const MEASURES = ['throughput', 'variants', 'restore', 'latency', 'loop', 'driver', 'stages'] as const
export type Measure = (typeof MEASURES)[number]

export interface BenchOptions {
  readonly threads: readonly number[]
  readonly guarantees: readonly boolean[]
  readonly workload: WorkloadOptions
  readonly store: 'persistent' | 'memory'
  readonly runs: number
  readonly measures: readonly Measure[]
  readonly json: string | undefined
  readonly writeDocs: boolean
  readonly regression: boolean
}

/** @throws Error that names the option at fault */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      threads: { type: 'string', default: '1,4' },
      eos: { type: 'string', default: '0,1' },
      records: { type: 'string' },
      keys: { type: 'string', default: '100000' },
      skew: { type: 'string', default: '0' },
      'value-bytes': { type: 'string', default: '175' },
      avro: { type: 'boolean', default: false },
      store: { type: 'string', default: 'persistent' },
      runs: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      regression: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.store !== 'persistent' && values.store !== 'memory') throw new Error('--store is persistent or memory')
  const workload: WorkloadOptions = {
    records: whole('--records', values.records ?? (values.quick ? '200000' : '1000000')),
    keys: whole('--keys', values.keys),
    skew: number('--skew', values.skew),
    valueBytes: whole('--value-bytes', values['value-bytes']),
    avro: values.avro,
  }
  return {
    threads: values.threads.split(',').map((text) => whole('--threads', text)),
    guarantees: values.eos.split(',').map((text) => flag('--eos', text)),
    workload,
    store: values.store,
    runs: whole('--runs', values.runs ?? (values.quick ? '1' : '3')),
    measures: measuresOf(values.only, values.quick || !isStandard(workload)),
    json: values.json,
    writeDocs: values['write-docs'],
    regression: values.regression,
  }
}

/** The variants say how the standard workload changes; with another one they would say nothing. */
const isStandard = ({ skew, valueBytes, avro }: WorkloadOptions) => skew === 0 && valueBytes === 175 && !avro

function measuresOf(only: string | undefined, withoutVariants: boolean): readonly Measure[] {
  if (only === undefined) return MEASURES.filter((measure) => !(withoutVariants && measure === 'variants'))
  return only.split(',').map((name) => {
    const measure = MEASURES.find((known) => known === name)
    if (measure === undefined) throw new Error(`--only: there is no measure ${name}; ${MEASURES.join(', ')}`)
    return measure
  })
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} takes a whole number above 0, not "${text}"`)
  return value
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (!(value >= 0)) throw new Error(`${name} takes a number, not "${text}"`)
  return value
}

function flag(name: string, text: string): boolean {
  if (text !== '0' && text !== '1') throw new Error(`${name} takes 0, 1 or 0,1, not "${text}"`)
  return text === '1'
}
