import { parseArgs } from 'node:util'
import type { ProcessingGuarantee } from 'millrace'
import { faults } from './faults'
import type { Fault, Size } from './faults/fault'

export const HELP = `Runs workers under load on a Kafka of its own, breaks things, and checks afterwards that nothing was lost or doubled.

  npm run faults -- [--short] [--only <name>[,<name>]] [--guarantee <g>] [--seed <n>] [--rate <n>] [--lanes <n>] [--json] [--keep]

  --short      each fault but a few times, under exactly_once_v2 (the kill under both): some minutes
  --only       these faults, by name or number; one that cannot be tried on this machine then counts as failed
  --guarantee  only at_least_once or exactly_once_v2
  --seed       what victims and moments are drawn from; a new one by default
  --rate       commands per second; default 1000, or 400 with --short
  --lanes      so many faults at once, each on workers and topics of its own; default 1, or 2 with --short
  --json       the results as JSON on the standard output; what is told on the way goes to the standard error
  --keep       leave logs, operations and state directories where they are (they are left anyway after a violation)

It ends with 0, with 1 where a promise was broken or a fault could not be carried out, and with 2 where nothing could run.

faults:
${faults.map(({ number, name, title }) => `  ${String(number).padStart(2)}  ${name.padEnd(12)} ${title}`).join('\n')}
`
const GUARANTEES: readonly ProcessingGuarantee[] = ['at_least_once', 'exactly_once_v2']

export interface Planned {
  readonly fault: Fault
  readonly guarantee: ProcessingGuarantee
}

export interface Arguments {
  readonly size: Size
  readonly keep: boolean
  readonly json: boolean
  readonly seed: number
  readonly rate: number
  readonly lanes: number
  /** The faults were asked for by name. */
  readonly named: boolean
  readonly runs: readonly Planned[]
}

/** @throws Error that says what is wrong */
export function readArguments(): Arguments | 'help' {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      guarantee: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string' },
      lanes: { type: 'string' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { short, only, keep, json } = values
  const chosen = only === undefined ? faults : only.split(',').flatMap(named)
  const guarantees = guaranteesOf(values.guarantee)
  return {
    size: short ? 'short' : 'long',
    keep,
    json,
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('--seed', values.seed),
    rate: values.rate === undefined ? (short ? 400 : 1_000) : wholeNumber('--rate', values.rate),
    lanes: values.lanes === undefined ? (short ? 2 : 1) : Math.max(1, wholeNumber('--lanes', values.lanes)),
    named: only !== undefined,
    runs: chosen.flatMap((fault) =>
      guarantees.flatMap((guarantee) =>
        short && values.guarantee === undefined && !inShort(fault, guarantee) ? [] : [{ fault, guarantee }],
      ),
    ),
  }
}

function named(wanted: string): readonly Fault[] {
  const found = faults.filter(({ name, number }) => name === wanted || String(number) === wanted)
  if (found.length === 0) throw new Error(`there is no fault ${wanted}; \`--help\` lists them`)
  return found
}

function guaranteesOf(wanted: string | undefined): readonly ProcessingGuarantee[] {
  const chosen = GUARANTEES.filter((guarantee) => wanted === undefined || guarantee === wanted)
  if (chosen.length === 0) throw new Error(`--guarantee must be ${GUARANTEES.join(' or ')}, not ${wanted}`)
  return chosen
}

const inShort = ({ name }: Fault, guarantee: ProcessingGuarantee) => guarantee === 'exactly_once_v2' || name === 'kill'

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`)
  return Number(text)
}
