import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Log, openKafkaLog, type ProcessingGuarantee } from 'millrace'
import type { LocalKafka } from '../kafka/handle'
import { startLocalKafka } from '../kafka/java'
import { faults } from './faults'
import type { Fault } from './faults/fault'
import { type RunResult, runFault } from './run'
import { told, total } from './tell'

const HELP = `Runs workers under load on a Kafka of its own, breaks things, and checks afterwards that nothing was lost or doubled.

  npm run faults -- [--short] [--only <name>[,<name>]] [--guarantee <g>] [--seed <n>] [--rate <n>] [--keep]

  --short      a selection, in a few minutes
  --only       these faults: ${faults.map(({ name }) => name).join(', ')}
  --guarantee  only at_least_once or exactly_once_v2
  --seed       what victims and moments are drawn from; a new one by default
  --rate       commands per second; default 1000
  --keep       leave logs and state directories where they are (they are left anyway after a violation)
`
/** What the short form runs: under exactly-once, and the kill under both. */
const SHORT = ['kill', 'zombie', 'churn', 'state', 'sigterm']
const GUARANTEES: readonly ProcessingGuarantee[] = ['at_least_once', 'exactly_once_v2']

interface Arguments {
  readonly short: boolean
  readonly keep: boolean
  readonly seed: number
  readonly rate: number
  readonly runs: readonly { readonly fault: Fault; readonly guarantee: ProcessingGuarantee }[]
}

function readArguments(): Arguments | 'help' {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      guarantee: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string', default: '1000' },
      keep: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const names = values.only?.split(',') ?? (values.short ? SHORT : faults.map(({ name }) => name))
  const chosen = names.map((name) => {
    const fault = faults.find((one) => one.name === name)
    if (fault === undefined) throw new Error(`there is no fault ${name}; ${HELP}`)
    return fault
  })
  const runs = chosen.flatMap((fault) =>
    GUARANTEES.filter((guarantee) => {
      if (values.guarantee !== undefined) return guarantee === values.guarantee
      return (
        guarantee === 'exactly_once_v2' || (fault.atLeastOnceToo !== false && (!values.short || fault.name === 'kill'))
      )
    }).map((guarantee) => ({ fault, guarantee })),
  )
  return {
    short: values.short,
    keep: values.keep,
    seed: values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed),
    rate: Number(values.rate),
    runs,
  }
}

interface Cluster {
  readonly kafka: LocalKafka
  readonly log: Log
}

async function openCluster(nodes: number): Promise<Cluster> {
  const kafka = await startLocalKafka({
    nodes,
    properties: { 'log.retention.ms': '-1', ...(nodes > 1 && { 'min.insync.replicas': '2' }) },
  })
  // The generator and the verifier wait longer than any fault lasts: an outage of theirs would prove nothing.
  return { kafka, log: await openKafkaLog({ brokers: kafka.brokers, outageAfterMs: 60_000 }) }
}

async function main(): Promise<number> {
  const args = readArguments()
  if (args === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const { short, keep, seed, rate: perSecond, runs } = args
  const directory = await mkdtemp(join(tmpdir(), 'millrace-faults-'))
  console.log(`seed ${seed}; ${perSecond} commands/s; logs and state in ${directory}`)
  const results: RunResult[] = []
  for (const nodes of [1, 3] as const) {
    const own = runs.filter(({ fault }) => fault.brokers === nodes)
    if (own.length === 0) continue
    const { kafka, log } = await openCluster(nodes)
    try {
      for (const { fault, guarantee } of own) {
        const size = short ? 'short' : 'long'
        const { brokers, nodes: all } = kafka
        const result = await runFault({ fault, guarantee, size, seed, log, brokers, nodes: all, directory, perSecond })
        console.log(told(result))
        results.push(result)
      }
    } finally {
      await log.close()
      await kafka.stop()
    }
  }
  console.log(total(results, seed))
  const violated = results.some(({ violations }) => violations.length > 0)
  if (!violated && !keep) await rm(directory, { recursive: true, force: true })
  return violated ? 1 : 0
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error)
    process.exit(2)
  },
)
