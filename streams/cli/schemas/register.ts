import type { Command } from 'commander'
import type { RegistryAdmin } from '../../registry/admin'
import { type Contract, type Contracts, checkContract, findingText } from '../../registry/contracts'
import { parseRegistered } from '../../registry/references'
import { table } from '../output'
import { guarded, needed, type SchemaFlags, type Surroundings, verb, verdict } from './common'

interface Flags extends SchemaFlags {
  readonly dryRun?: boolean
  readonly normalize?: boolean
}

type Outcome = 'registered' | 'unchanged' | 'would be registered' | 'incompatible'

interface Registered {
  readonly subject: string
  readonly file: string
  readonly outcome: Outcome
  readonly id?: number
  readonly breaks: readonly string[]
}

/** `millrace schemas register`: all contracts, or none of them where one may not follow. */
export function registerVerb(around: Surroundings): Command {
  const command = verb(
    'register [directory]',
    'register the contracts of a directory; all, or none where one may not follow',
  )
    .argument('[directory]', 'of .avsc files (default: schemas)')
    .option('--registry <url>', 'the registry')
    .option('--normalize', 'bring the texts into one form first')
    .option('--dry-run', 'say what would be registered, register nothing')
  return command.action((directory: string | undefined, flags: Flags) =>
    guarded(command, async () => {
      const contracts = around.contracts(directory, flags)
      const registry = needed(around.registry(flags))
      const planned = await Promise.all(contracts.contracts.map((one) => plan(registry, contracts, one, flags)))
      const isWell = planned.every(({ outcome }) => outcome !== 'incompatible')
      const done = isWell && !flags.dryRun ? await carryOut(registry, contracts, planned, flags) : planned
      around.tell(flags, { registered: isWell && !flags.dryRun, subjects: done }, textOf(done, isWell))
      verdict(isWell)
    }),
  )

  async function plan(
    registry: RegistryAdmin,
    contracts: Contracts,
    contract: Contract,
    flags: Flags,
  ): Promise<Registered> {
    const { subject, file, schema } = contract
    const known = await registry.find(subject, schema, { normalize: flags.normalize })
    if (known) return { subject, file, outcome: 'unchanged', id: known.id, breaks: [] }
    const versions = await registry.versions(subject)
    const past = versions.map((one) => ({ label: `registered version ${one.version}`, type: parseRegistered(one) }))
    const breaks = checkContract(contracts, contract, past, await registry.level(subject))
    const lines = breaks.map((one) => findingText({ ...one, file: around.shown(one.file) }))
    return { subject, file, outcome: lines.length === 0 ? 'would be registered' : 'incompatible', breaks: lines }
  }
}

/** One after the other, so that the ids follow the order of the subjects. */
async function carryOut(
  registry: RegistryAdmin,
  { contracts }: Contracts,
  planned: readonly Registered[],
  { normalize }: Flags,
): Promise<readonly Registered[]> {
  const done: Registered[] = []
  for (const one of planned) {
    if (one.outcome === 'unchanged') {
      done.push(one)
      continue
    }
    const { subject, schema } = contracts.find((contract) => contract.subject === one.subject)!
    done.push({ ...one, outcome: 'registered', id: await registry.register(subject, schema, { normalize }) })
  }
  return done
}

function textOf(subjects: readonly Registered[], isWell: boolean): string {
  const lines = subjects.flatMap(({ breaks }) => breaks.map((line) => `${line}\n`)).join('')
  const rows = subjects.map(({ subject, outcome, id }) => [subject, outcome, id === undefined ? '' : `id ${id}`])
  return `${lines}${table(rows)}${isWell ? '' : 'nothing has been registered\n'}`
}
