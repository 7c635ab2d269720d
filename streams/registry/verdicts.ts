/** Whether a schema may follow others in its subject, and how that is told. */
import { TerminalError } from '../errors'
import type { AvroType } from './avro/schema'
import { type Given, referencedSchemas } from './given'
import { type CompatibilityLevel, type LevelViolation, levelViolations } from './levels'
import { parseWithReferences } from './references'
import type { RegistryState, SubjectVersion } from './state'

/** The types of versions, parsed once. */
export function parsedVersions(state: RegistryState): (version: SubjectVersion) => AvroType {
  const parsed = new Map<number, AvroType>()
  return ({ id, schema, references = [] }) => {
    const type = parsed.get(id) ?? parseWithReferences(schema, referencedSchemas(state, references))
    parsed.set(id, type)
    return type
  }
}

/** Only Avro schemas are compared: any other may be the only version of its subject, or follow at the level NONE. */
export function findViolations(
  level: CompatibilityLevel,
  { parsed, type }: Given,
  against: readonly SubjectVersion[],
  parsedVersion: (version: SubjectVersion) => AvroType,
): readonly LevelViolation[] {
  if (level === 'NONE') return []
  const foreign = against.findIndex((version) => version.type !== 'AVRO')
  if (parsed && foreign < 0) return levelViolations(level, parsed, against.map(parsedVersion))
  if (against.length === 0) return []
  const index = Math.max(foreign, 0)
  const problem =
    against[index]!.type === type
      ? `whether ${type} schemas are compatible is not known here; set the level NONE to have it all the same`
      : `a schema of type ${type} cannot follow one of type ${against[index]!.type}`
  return [{ index, direction: 'backward', incompatibilities: [], problem }]
}

export function incompatible(
  subject: string,
  level: CompatibilityLevel,
  versions: readonly SubjectVersion[],
  violations: readonly LevelViolation[],
): TerminalError {
  const lines = describeViolations(violations, versions)
  const message = `the schema may not follow in subject ${subject}, whose level is ${level}: ${lines.join('; ')}`
  return new TerminalError('SCHEMA_INCOMPATIBLE', message, { details: { subject, level, violations } })
}

/** One line per reason. */
export function describeViolations(
  violations: readonly LevelViolation[],
  versions: readonly Pick<SubjectVersion, 'version'>[],
): readonly string[] {
  return violations.flatMap(({ index, direction, incompatibilities, problem }) => {
    const version = `version ${versions[index]?.version ?? index + 1}`
    const who = direction === 'backward' ? `it cannot read ${version}` : `${version} cannot read it`
    const reasons = incompatibilities.map(({ type, location, message }) => `${type} at ${location}, ${message}`)
    return (problem === undefined ? reasons : [problem]).map((reason) => `${who}: ${reason}`)
  })
}
