/** Which file is the contract of which subject, and at which level it may change. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { MillraceError, messageOf } from '../../errors'
import { type CompatibilityLevel, compatibilityLevels, isCompatibilityLevel } from '../levels'

export const MANIFEST = 'schemas.json'

export interface ManifestSubject {
  /** Relative to the directory. */
  readonly file: string
  readonly compatibility?: CompatibilityLevel
}

/**
 * `schemas.json` in a directory of schemas. Without one, each file `<subject>.avsc` is the contract of the subject it is
 * named after; with one, files that it does not name hold types for the others.
 */
export interface Manifest {
  /** Of all subjects that do not say otherwise. Default BACKWARD. */
  readonly compatibility?: CompatibilityLevel
  readonly subjects?: Readonly<Record<string, ManifestSubject>>
}

/** @throws MillraceError CONFIG_INVALID, naming file and entry */
export function readManifest(directory: string, path = join(directory, MANIFEST)): Manifest {
  if (existsSync(path)) return parseManifest(path, readFileSync(path, 'utf8'))
  if (basename(path) === MANIFEST) return {}
  throw invalid(path, 'cannot be found')
}

/** @throws MillraceError CONFIG_INVALID, naming file and entry */
export function parseManifest(path: string, text: string): Manifest {
  const json = jsonOf(path, text)
  if (!isObject(json)) throw invalid(path, 'must be an object')
  const { compatibility, subjects } = json
  return {
    ...(compatibility !== undefined && { compatibility: levelIn(path, 'compatibility', compatibility) }),
    ...(subjects !== undefined && { subjects: subjectsIn(path, subjects) }),
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(path, `is not JSON: ${messageOf(cause)}`)
  }
}

function subjectsIn(path: string, subjects: unknown): Readonly<Record<string, ManifestSubject>> {
  if (!isObject(subjects)) throw invalid(path, 'subjects must be an object of files, by their subjects')
  return Object.fromEntries(
    Object.entries(subjects).map(([subject, entry]) => [subject, subjectIn(path, `subjects.${subject}`, entry)]),
  )
}

function subjectIn(path: string, place: string, entry: unknown): ManifestSubject {
  if (typeof entry === 'string') return { file: entry }
  if (!isObject(entry) || typeof entry.file !== 'string')
    throw invalid(path, `${place} must be the name of a file, or an object with a "file"`)
  const { file, compatibility } = entry
  if (compatibility === undefined) return { file }
  return { file, compatibility: levelIn(path, `${place}.compatibility`, compatibility) }
}

function levelIn(path: string, place: string, level: unknown): CompatibilityLevel {
  if (isCompatibilityLevel(level)) return level
  throw invalid(path, `${place} must be one of ${compatibilityLevels.join(', ')}, but is ${JSON.stringify(level)}`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(path: string, why: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', `${path} ${why}`, { details: { file: path } })
}
