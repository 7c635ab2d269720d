/** The vectors: what Apache Avro's Java library answers, as JSON. `vectors/README.md` says where they come from. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, parseJson, plainJson } from '../../registry/avro/json'
import type { CompatibilityLevel } from '../../registry/levels'

/** Schemas are texts here, with every number as it is written in the file. */
export interface CompatibilityVector {
  readonly id: string
  readonly reader: string
  readonly writer: string
  readonly verdict: 'COMPATIBLE' | 'INCOMPATIBLE'
  readonly incompatibilities: readonly { readonly type: string; readonly location: string }[]
  readonly sharedTypes?: boolean
}

export interface HistoryVector {
  readonly id: string
  readonly versions: readonly string[]
  readonly candidate: string
  readonly verdicts: Readonly<Record<CompatibilityLevel, boolean>>
}

export interface ResolutionVector {
  readonly id: string
  readonly writer: string
  readonly reader: string
  readonly compatible: boolean
  readonly hex: string
  readonly decodedAsWriter: unknown
  readonly decodedAsReader?: unknown
  readonly error?: boolean
  readonly logicalAsReader?: unknown
}

export interface ParseVector {
  readonly id: string
  readonly schema?: unknown
  readonly text?: string
  readonly valid: boolean
  readonly asciiValid?: boolean
  readonly canonical?: string
  readonly crc64?: string
  readonly sha256?: string
  readonly logicalType?: string | null
  readonly aliases?: readonly string[]
}

export interface Vectors {
  readonly compatibility: readonly CompatibilityVector[]
  readonly history: readonly HistoryVector[]
  readonly resolution: readonly ResolutionVector[]
  readonly parse: readonly ParseVector[]
}

export type VectorKind = keyof Vectors

/** The directory named by AVRO_VECTORS, or our own copy. */
export function vectorDirectory(): string {
  return process.env.AVRO_VECTORS ?? join(__dirname, 'vectors')
}

/** @throws Error when a file is missing: a kind that is not there has not passed */
export function readVectors(directory: string): Vectors {
  const read = (kind: VectorKind) => {
    const file = join(directory, `${kind}.json`)
    if (!existsSync(file)) throw new Error(`there is no ${file}`)
    const list = parseJson(readFileSync(file, 'utf8'))
    if (!isJsonArray(list)) throw new Error(`${file} is no list`)
    return list.map(vectorOf) as never
  }
  return {
    compatibility: read('compatibility'),
    history: read('history'),
    resolution: read('resolution'),
    parse: read('parse'),
  }
}

/** Members that hold schemas: what a number in them is may be more than a number of JavaScript can say. */
const schemas: ReadonlySet<string> = new Set(['reader', 'writer', 'candidate'])

function vectorOf(json: Json): unknown {
  if (!isJsonObject(json)) throw new Error('a vector is no object')
  const members = [...json].map(([key, value]) => {
    if (schemas.has(key)) return [key, exactText(value)]
    return [key, key === 'versions' && isJsonArray(value) ? value.map(exactText) : plainJson(value)]
  })
  return Object.fromEntries(members)
}

function exactText(json: Json): string {
  if (isJsonNumber(json)) return json.digits
  if (isJsonArray(json)) return `[${json.map(exactText).join(',')}]`
  if (!isJsonObject(json)) return JSON.stringify(json)
  return `{${[...json].map(([key, value]) => `${JSON.stringify(key)}:${exactText(value)}`).join(',')}}`
}
