/** Contracts as they are in a revision of the repository that they are kept in. */
import { execFileSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { MillraceError, messageOf } from '../../errors'
import { identityOf } from '../identity'
import type { PastVersion } from './check'
import { type Contracts, contractsIn, type ReadOptions, type SchemaSource, typeOf } from './contracts'
import { MANIFEST, parseManifest, readManifest } from './manifest'

export interface History {
  /** The versions of a subject, oldest first; empty where the revision has none. */
  versions(subject: string): readonly PastVersion[]
  /** Whether older ones are out of reach: the clone is a shallow one. */
  readonly cutOff: boolean
}

/**
 * With `all`, every version there has been up to the revision; else the revision's own.
 * @throws MillraceError CONFIG_INVALID: no such revision, no repository, no git
 */
export function historyOf(directory: string, revision: string, options: ReadOptions & { all?: boolean } = {}): History {
  const commit = resolve(directory, revision)
  const names = options.all ? commitsUpTo(directory, commit) : [commit]
  const past = names.map((name) => {
    const label = name === commit ? revision : name.slice(0, 10)
    return { label, contracts: contractsAt(directory, name, options) }
  })
  return {
    cutOff: options.all === true && git(directory, 'rev-parse', '--is-shallow-repository').trim() === 'true',
    versions: (subject) => distinct(past.flatMap((one) => versionIn(one, subject))),
  }
}

/** By the manifest of that time, under which a file may have had another name; by today's where there was none. */
function contractsAt(directory: string, commit: string, { manifest }: ReadOptions): Contracts {
  const path = manifest ?? join(directory, MANIFEST)
  const text = fileAt(directory, commit, relative(directory, path))
  const then = text === undefined ? readManifest(directory, manifest) : parseManifest(`${path} in ${commit}`, text)
  return contractsIn(directory, then, sourcesAt(directory, commit))
}

function fileAt(directory: string, commit: string, file: string): string | undefined {
  if (git(directory, 'ls-tree', '--name-only', commit, `./${file}`) === '') return undefined
  return git(directory, 'show', `${commit}:./${file}`)
}

interface Past {
  readonly label: string
  readonly contracts: Contracts
}

/** Nothing can have been written with what is no schema. */
function versionIn(
  { label, contracts }: Past,
  subject: string,
): readonly (PastVersion & { readonly schema: string })[] {
  const contract = contracts.contracts.find((one) => one.subject === subject)
  if (contract === undefined) return []
  try {
    return [{ label, schema: contract.schema, type: typeOf(contract) }]
  } catch {
    return []
  }
}

function distinct(versions: readonly (PastVersion & { readonly schema: string })[]): readonly PastVersion[] {
  return versions.filter(
    (one, at) =>
      at === versions.length - 1 || identityOf(one.schema, 'AVRO') !== identityOf(versions[at + 1]!.schema, 'AVRO'),
  )
}

/** The .avsc files of the directory at a commit. */
function sourcesAt(directory: string, commit: string): readonly SchemaSource[] {
  const files = git(directory, 'ls-tree', '--name-only', '-z', commit, './').split('\0')
  return files
    .filter((file) => file.endsWith('.avsc'))
    .map((file) => ({ file, text: git(directory, 'show', `${commit}:./${file}`) }))
}

function commitsUpTo(directory: string, commit: string): readonly string[] {
  const listed = git(directory, 'log', '--format=%H', commit, '--', './*.avsc').split('\n')
  const commits = listed.filter((one) => one !== '').reverse()
  return commits.at(-1) === commit ? commits : [...commits, commit]
}

function resolve(directory: string, revision: string): string {
  if (revision.startsWith('-')) throw invalid(revision, 'it begins with a dash')
  return git(directory, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`).trim()
}

function git(directory: string, ...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28 })
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string }
    if (args[0] === 'rev-parse')
      throw invalid(args.at(-1)!.replace('^{commit}', ''), stderr?.trim() || 'no such revision')
    throw invalid(args.join(' '), stderr?.trim() || messageOf(error))
  }
}

function invalid(what: string, why: string): MillraceError {
  const message = `git knows no ${what}: ${why}; in CI, check out with its history (fetch-depth: 0) or fetch it first`
  return new MillraceError('CONFIG_INVALID', message)
}
