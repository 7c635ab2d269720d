/** The versions that contracts are held against: in a registry, in a revision, or released and kept beside them. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Contract,
  type Contracts,
  type Finding,
  historyOf,
  orphanedReleases,
  type PastVersion,
  releasedVersions,
} from '../../registry/contracts'
import type { CompatibilityLevel } from '../../registry/levels'
import { parseRegistered } from '../../registry/references'
import { type SchemaFlags, type Surroundings, usage } from './common'

export interface PastFlags extends SchemaFlags {
  readonly against?: string
  readonly released?: boolean
}

export interface Past {
  /** For people: `main`, the URL of the registry. */
  readonly label: string
  /** Oldest first; empty for a subject that it does not have. */
  versions(contract: Contract): Promise<readonly PastVersion[]> | readonly PastVersion[]
  /** The level that is in force there. */
  level(contract: Contract): Promise<CompatibilityLevel> | CompatibilityLevel
  /** What it has and the directory lacks. */
  readonly gone?: readonly Finding[]
  /** What should be known about it. */
  readonly note?: string
}

/**
 * Those that the flags name; without any, what has been released and the registry of the environment, as far as they are
 * there. @throws MillraceError CONFIG_INVALID: none
 */
export function pastOf(around: Surroundings, contracts: Contracts, flags: PastFlags): readonly Past[] {
  const isSaid = flags.against !== undefined || flags.registry !== undefined || flags.released === true
  const keepsReleased = existsSync(join(contracts.directory, 'released'))
  // Nothing to compare with must not pass for a comparison.
  if (flags.released && !keepsReleased)
    throw usage(
      `there is no ${around.shown(join(contracts.directory, 'released'))}; \`millrace schemas release\` makes it`,
    )
  const past = [
    ...(flags.released || (!isSaid && keepsReleased) ? [releasedPast(contracts, flags)] : []),
    ...(flags.against === undefined ? [] : [revisionPast(around, contracts, flags)]),
    ...(flags.registry !== undefined || !isSaid ? registryPast(around, flags) : []),
  ]
  if (past.length > 0) return past
  throw usage(
    'say against what: --registry <url>, --against <revision>, or --released (`millrace schemas release` keeps them)',
  )
}

function releasedPast(contracts: Contracts, flags: PastFlags): Past {
  return {
    label: 'what has been released',
    versions: (contract) => releasedVersions(contracts.directory, contract),
    level: ({ level }) => level,
    gone: flags.subject ? [] : orphanedReleases(contracts),
  }
}

function revisionPast(around: Surroundings, contracts: Contracts, flags: PastFlags): Past {
  const revision = flags.against!
  const isTransitive = contracts.contracts.some(({ level }) => level.endsWith('_TRANSITIVE'))
  const history = historyOf(contracts.directory, revision, {
    manifest: flags.manifest && resolve(around.directory, flags.manifest),
    all: isTransitive,
  })
  return {
    label: revision,
    versions: ({ subject }) => history.versions(subject),
    level: ({ level }) => level,
    ...(history.cutOff && { note: `the clone is shallow: of the history of ${revision} only a part was looked at` }),
  }
}

function registryPast(around: Surroundings, flags: PastFlags): readonly Past[] {
  const registry = around.registry(flags)
  if (registry === undefined) return []
  return [
    {
      label: registry.url,
      versions: async ({ subject }) => {
        const versions = await registry.versions(subject)
        return versions.map((one) => ({ label: `registered version ${one.version}`, type: parseRegistered(one) }))
      },
      level: ({ subject }) => registry.level(subject),
    },
  ]
}
