import type { Command } from 'commander'
import { type Break, type Contracts, checkContract, type Finding, findingText } from '../../registry/contracts'
import type { CompatibilityLevel } from '../../registry/levels'
import { counted, guarded, levelOf, type Surroundings, verb, verdict } from './common'
import { type Past, type PastFlags, pastOf } from './past'

interface Flags extends PastFlags {
  readonly level?: string
}

interface Checked {
  readonly subject: string
  readonly file: string
  readonly against: string
  readonly level: CompatibilityLevel
  readonly versions: number
  readonly breaks: readonly Break[]
}

/** `millrace schemas test-compatibility`: may the contracts as they are follow the versions there have been? */
export function testCompatibilityVerb(around: Surroundings): Command {
  const command = verb('test-compatibility [directory]', 'may the contracts follow the versions there have been?')
    .argument('[directory]', 'of .avsc files (default: schemas)')
    .option('--registry <url>', 'against the versions in a registry, at the levels that are in force there')
    .option('--against <revision>', 'against a git revision, such as main')
    .option('--released', 'against the versions in the directory released/')
    .option('--level <level>', 'NONE, BACKWARD, FORWARD, FULL, or one of the last three with _TRANSITIVE')
  return command.action((directory: string | undefined, flags: Flags) =>
    guarded(command, async () => {
      const level = flags.level === undefined ? undefined : levelOf(flags.level)
      const contracts = atLevel(around.contracts(directory, flags), level)
      const past = pastOf(around, contracts, flags)
      const checked = (await Promise.all(past.map((one) => check(contracts, one, level)))).flat()
      const breaks = checked.flatMap((one) => one.breaks)
      const gone = past.flatMap((one) => one.gone ?? []).map((one) => ({ ...one, file: around.shown(one.file) }))
      const isWell = breaks.length + gone.length === 0
      const notes = past.flatMap(({ note }) => note ?? [])
      around.tell(flags, { compatible: isWell, checked, gone, notes }, textOf(checked, past, gone, notes))
      verdict(isWell)
    }),
  )

  async function check(contracts: Contracts, past: Past, level?: CompatibilityLevel): Promise<readonly Checked[]> {
    return Promise.all(
      contracts.contracts.map(async (contract) => {
        const inForce = level ?? (await past.level(contract))
        const versions = await past.versions(contract)
        const breaks = checkContract(contracts, contract, versions, inForce)
        const { subject, file } = contract
        return {
          subject,
          file,
          against: past.label,
          level: inForce,
          versions: versions.length,
          breaks: breaks.map((one) => ({ ...one, file: around.shown(one.file) })),
        }
      }),
    )
  }
}

function atLevel(contracts: Contracts, level: CompatibilityLevel | undefined): Contracts {
  if (level === undefined) return contracts
  return { ...contracts, contracts: contracts.contracts.map((one) => ({ ...one, level })) }
}

function textOf(
  checked: readonly Checked[],
  past: readonly Past[],
  gone: readonly Finding[],
  notes: readonly string[],
): string {
  const breaks = checked.flatMap((one) => one.breaks)
  const lines = [...[...breaks, ...gone].map(findingText), ...notes.map((note) => `note: ${note}`)]
  const broken = [...new Set(breaks.map(({ subject }) => subject))]
  const said = [
    ...(breaks.length > 0 ? [`${counted(breaks.length, 'incompatible change')} in ${broken.join(', ')}`] : []),
    ...(gone.length > 0 ? [`${counted(gone.length, 'released version')} without a contract`] : []),
  ]
  const summary =
    said.length > 0 ? said.join(', ') : `compatible with ${past.map((one) => extent(one, checked)).join(' and ')}`
  return `${[...lines, summary].join('\n')}\n`
}

function extent({ label }: Past, checked: readonly Checked[]): string {
  const all = checked.filter(({ against }) => against === label)
  const firsts = all.filter(({ versions }) => versions === 0).length
  return `${label} (${counted(all.length, 'contract')}${firsts > 0 ? `, ${firsts} of them new` : ''})`
}
