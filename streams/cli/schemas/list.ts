import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { RegistryAdmin } from '../../registry/admin'
import { type Contracts, releasedVersions } from '../../registry/contracts'
import { table } from '../output'
import { DEFAULT_DIRECTORY, guarded, type SchemaFlags, type Surroundings, usage, verb } from './common'

/** `changed`: the registry's newest version is another one. */
type Status = 'same' | 'changed' | 'not registered' | 'not in the directory'

interface Listed {
  readonly subject: string
  readonly file?: string
  readonly released?: number
  readonly versions?: readonly number[]
  /** Of the newest version. */
  readonly id?: number
  readonly type?: string
  readonly level?: string
  readonly status?: Status
}

/** `millrace schemas list`: the contracts of a directory, the subjects of a registry, or both side by side. */
export function listVerb(around: Surroundings): Command {
  const command = verb(
    'list [directory]',
    'the contracts of a directory, the subjects of a registry, or both side by side',
  )
    .argument('[directory]', 'of .avsc files (default: schemas, where it is there)')
    .option('--registry <url>', 'a registry')
  return command.action((directory: string | undefined, flags: SchemaFlags) =>
    guarded(command, async () => {
      const hasDefault = existsSync(resolve(around.directory, DEFAULT_DIRECTORY))
      const contracts =
        directory !== undefined || hasDefault
          ? around.contracts(directory, { ...flags, subject: undefined })
          : undefined
      const registry = around.registry(flags)
      if (!contracts && !registry) throw usage('say what to list: a directory, or --registry <url>')
      const subjects = [...(contracts ? ofDirectory(contracts) : []).map((one) => one.subject)]
      const all = new Set([...subjects, ...((await registry?.subjects()) ?? [])])
      const names = [...all].filter((one) => flags.subject?.includes(one) ?? true).sort()
      const listed = await Promise.all(names.map((subject) => entryOf(subject, contracts, registry)))
      around.tell(flags, { subjects: listed }, textOf(listed))
    }),
  )
}

function ofDirectory(contracts: Contracts): readonly Listed[] {
  return contracts.contracts.map((contract) => ({
    subject: contract.subject,
    file: contract.file,
    level: contract.level,
    released: releasedVersions(contracts.directory, contract).at(-1)?.version ?? 0,
  }))
}

async function entryOf(subject: string, contracts?: Contracts, registry?: RegistryAdmin): Promise<Listed> {
  const own = contracts && ofDirectory(contracts).find((one) => one.subject === subject)
  if (registry === undefined) return own ?? { subject }
  const versions = await registry.versions(subject)
  const newest = versions.at(-1)
  const contract = contracts?.contracts.find((one) => one.subject === subject)
  const found = contract && newest && (await registry.find(subject, contract.schema))
  return {
    ...own,
    subject,
    versions: versions.map(({ version }) => version),
    ...(newest && { id: newest.id, type: newest.type }),
    level: await registry.level(subject),
    ...(contracts && { status: statusOf(contract !== undefined, newest?.version, found?.version) }),
  }
}

function statusOf(isHere: boolean, newest: number | undefined, found: number | undefined): Status {
  if (!isHere) return 'not in the directory'
  if (newest === undefined) return 'not registered'
  return newest === found ? 'same' : 'changed'
}

function textOf(listed: readonly Listed[]): string {
  if (listed.length === 0) return 'no subjects\n'
  const columns: readonly (keyof Listed)[] = [
    'subject',
    'file',
    'released',
    'versions',
    'id',
    'type',
    'level',
    'status',
  ]
  const used = columns.filter((column) => listed.some((one) => one[column] !== undefined))
  const rows = listed.map((one) => used.map((column) => shown(one[column])))
  return table([used, ...rows])
}

function shown(value: Listed[keyof Listed]): string {
  if (Array.isArray(value)) return value.join(',')
  return value === undefined ? '' : String(value)
}
