/** The vectors: what Apache Avro's Java library answers, as JSON. `vectors/README.md` says where they come from. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAvro } from '../../registry/avro/parse'
import type { AvroType } from '../../registry/avro/schema'
import type { CompatibilityLevel } from '../../registry/levels'

export interface CompatibilityVector {
  readonly id: string
  readonly reader: unknown
  readonly writer: unknown
  readonly verdict: 'COMPATIBLE' | 'INCOMPATIBLE'
  readonly incompatibilities: readonly { readonly type: string; readonly location: string }[]
  readonly sharedTypes?: boolean
}

export interface HistoryVector {
  readonly id: string
  readonly versions: readonly unknown[]
  readonly candidate: unknown
  readonly verdicts: Readonly<Record<CompatibilityLevel, boolean>>
}

export interface ResolutionVector {
  readonly id: string
  readonly writer: unknown
  readonly reader: unknown
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
    return JSON.parse(readFileSync(file, 'utf8'))
  }
  return {
    compatibility: read('compatibility'),
    history: read('history'),
    resolution: read('resolution'),
    parse: read('parse'),
  }
}

export function parsed(schema: unknown): AvroType {
  return parseAvro(JSON.stringify(schema))
}
