import type { AvroType } from './avro/schema'
import { checkCompatibility, type Incompatibility } from './compatibility'

/**
 * What a new version of a subject must be compatible with. BACKWARD: it reads the newest version. FORWARD: the newest
 * version reads it. FULL: both. TRANSITIVE: with every version, not only the newest.
 */
export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

export type CompatibilityLevel = (typeof compatibilityLevels)[number]

export function isCompatibilityLevel(value: unknown): value is CompatibilityLevel {
  return (compatibilityLevels as readonly unknown[]).includes(value)
}

/** A version that stands in the way, the direction that fails, and why. */
export interface LevelViolation {
  /** Place in the list of versions that was given, from 0. */
  readonly index: number
  /** `backward`: the candidate cannot read the version. `forward`: the version cannot read the candidate. */
  readonly direction: 'backward' | 'forward'
  readonly incompatibilities: readonly Incompatibility[]
  readonly problem?: string
}

/** What forbids the candidate to follow these versions (oldest first); empty when nothing does. */
export function levelViolations(
  level: CompatibilityLevel,
  candidate: AvroType,
  versions: readonly AvroType[],
): readonly LevelViolation[] {
  if (level === 'NONE') return []
  const first = level.endsWith('_TRANSITIVE') ? 0 : Math.max(0, versions.length - 1)
  const violations: LevelViolation[] = []
  for (let index = versions.length - 1; index >= first; index--) {
    const version = versions[index]!
    if (!level.startsWith('FORWARD')) violations.push(...violation(index, 'backward', candidate, version))
    if (!level.startsWith('BACKWARD')) violations.push(...violation(index, 'forward', version, candidate))
  }
  return violations
}

function violation(
  index: number,
  direction: LevelViolation['direction'],
  reader: AvroType,
  writer: AvroType,
): readonly LevelViolation[] {
  const { compatible, incompatibilities, problem } = checkCompatibility(reader, writer)
  return compatible ? [] : [{ index, direction, incompatibilities, ...(problem !== undefined && { problem }) }]
}
