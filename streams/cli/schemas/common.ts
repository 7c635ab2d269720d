/** What the verbs of `millrace schemas` share: where contracts and registry are, what is chosen, how they end. */
import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { MillraceError, TerminalError } from '../../errors'
import { type RegistryAdmin, registryAdmin } from '../../registry/admin'
import { isRegistryUrl, REGISTRY_URL, registryFromEnv } from '../../registry/connection'
import { type Contract, type Contracts, readContracts } from '../../registry/contracts'
import { type CompatibilityLevel, compatibilityLevels, isCompatibilityLevel } from '../../registry/levels'
import { commander } from '../commander'
import { type CommandOptions, jsonLine, resolvedOptions } from '../output'

export interface SchemaFlags {
  readonly registry?: string
  readonly manifest?: string
  readonly subject?: readonly string[]
  readonly json?: boolean
}

/** A verb's surroundings. */
export interface Surroundings extends Required<CommandOptions> {
  /** As JSON where that is asked for, else as text. */
  tell(flags: SchemaFlags, json: unknown, text: string): void
  /** The contracts of a directory, those that are chosen. @throws MillraceError CONFIG_INVALID */
  contracts(directory: string | undefined, flags: SchemaFlags): Contracts
  /** The registry that a flag or the environment names. @throws MillraceError CONFIG_INVALID */
  registry(flags: SchemaFlags): RegistryAdmin | undefined
  /** A path as a user would write it. */
  shown(path: string): string
}

export const DEFAULT_DIRECTORY = 'schemas'

export function surroundings(options: CommandOptions): Surroundings {
  const resolved = resolvedOptions(options)
  const { write, directory: base, env } = resolved
  return {
    ...resolved,
    tell: (flags, json, text) => write(flags.json ? jsonLine(json) : text),
    contracts: (directory = DEFAULT_DIRECTORY, { manifest, subject }) => {
      const path = manifest === undefined ? undefined : resolve(base, manifest)
      const all = readContracts(resolve(base, directory), { manifest: path })
      return { ...all, contracts: chosen(all.contracts, subject) }
    },
    registry: ({ registry }) => {
      if (registry !== undefined && !isRegistryUrl(registry)) throw usage(`--registry must be ${REGISTRY_URL}`)
      const connection = registryFromEnv(registry === undefined ? env : { ...env, KAFKA_SCHEMA_REGISTRY: registry })
      return connection && registryAdmin(connection)
    },
    shown: (path) => relative(base, path) || '.',
  }
}

function chosen(contracts: readonly Contract[], subjects: readonly string[] | undefined): readonly Contract[] {
  const unknown = subjects?.find((subject) => !contracts.some((one) => one.subject === subject))
  if (unknown === undefined) return contracts.filter(({ subject }) => subjects?.includes(subject) ?? true)
  const names = contracts.map(({ subject }) => subject).join(', ')
  throw new MillraceError('CONFIG_INVALID', `no contract is of subject ${unknown}; there are ${names || 'none'}`)
}

export const exitCodes = `
Exit codes: 0 all is well, 1 the verdict is no, 2 wrong usage, or what is needed does not answer.
The registry is --registry or KAFKA_SCHEMA_REGISTRY; its credentials and certificates come from
KAFKA_SCHEMA_REGISTRY_USER and _PASSWORD, or _TOKEN, and from _CA_PATH, _CERT_PATH and _KEY_PATH.`

/** A verb with the flags that most have. */
export function verb(usage: string, description: string): Command {
  const { Command } = commander()
  return new Command(usage.split(' ')[0])
    .usage(`[options] ${usage.split(' ').slice(1).join(' ')}`.trim())
    .description(description)
    .option('--subject <names...>', 'only these subjects')
    .option('--manifest <file>', 'which file is of which subject, where it is not schemas.json in the directory')
    .option('--json', 'as JSON on one line')
    .addHelpText('after', exitCodes)
}

/** A schema that is none, or may not follow, is a verdict; anything else that is refused is the user's to mend. */
export async function guarded(command: Command, work: () => Promise<void> | void): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    const isVerdict = error instanceof TerminalError && error.code.startsWith('SCHEMA_')
    command.error(`error: ${error.message}`, { exitCode: isVerdict ? 1 : 2 })
  }
}

/** @throws MillraceError CONFIG_INVALID */
export function needed(registry: RegistryAdmin | undefined): RegistryAdmin {
  if (registry !== undefined) return registry
  throw usage('say which registry: --registry <url>, or KAFKA_SCHEMA_REGISTRY')
}

/** @throws MillraceError CONFIG_INVALID */
export function levelOf(level: string): CompatibilityLevel {
  const wanted = level.toUpperCase().replaceAll('-', '_')
  if (isCompatibilityLevel(wanted)) return wanted
  throw usage(`the level must be one of ${compatibilityLevels.join(', ')}, but is ${JSON.stringify(level)}`)
}

export function usage(message: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', message)
}

export function verdict(isWell: boolean): void {
  if (!isWell) process.exitCode = 1
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
