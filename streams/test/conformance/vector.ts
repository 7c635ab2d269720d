import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** The file format of vectors/README.md. */
export interface Vector {
  readonly scenario: string
  readonly initialWallClock: number
  readonly inputTopics: Readonly<Record<string, TypedPair>>
  readonly outputTopics: Readonly<Record<string, TypedPair>>
  readonly stores: Readonly<Record<string, TypedPair & { readonly kind: StoreKind }>>
  readonly steps: readonly VectorStep[]
  readonly expected: {
    readonly outputs: Emitted
    readonly stores: Readonly<Record<string, readonly StoreEntry[]>>
    readonly asOf?: Readonly<Record<string, readonly AsOfEntry[]>>
  }
}

export interface TypedPair {
  readonly key: string
  readonly value: string
}

export type StoreKind = 'kv' | 'timestamped-kv' | 'window' | 'timestamped-window' | 'session' | 'versioned'

export interface WindowedKey {
  readonly key: string
  readonly start: number
  readonly end: number
}

export interface VectorRecord {
  readonly key: string | WindowedKey | null
  readonly value: unknown
  readonly timestamp: number
  readonly headers?: readonly (readonly [name: string, text: string])[]
}

export type Emitted = Readonly<Record<string, readonly VectorRecord[]>>

export interface PipeStep {
  readonly pipe: {
    readonly topic: string
    readonly key: string | null
    readonly value?: unknown
    readonly rawValue?: string
    readonly timestamp: number
    readonly headers?: readonly (readonly [name: string, text: string])[]
  }
  /** A help for debugging; `expected.outputs` is all of them. */
  readonly emitted?: Emitted
}

export interface AdvanceStep {
  readonly advanceWallClock: number
  /** A help for debugging; `expected.outputs` is all of them. */
  readonly emitted?: Emitted
}

export type VectorStep = PipeStep | AdvanceStep

/** `[key, value]`, with the timestamp where the store keeps one. */
export type StoreEntry = readonly [key: string | WindowedKey, value: unknown, timestamp?: number]

export type AsOfEntry = readonly [key: string, asOf: number, value: unknown, timestamp: number | null]

export interface VectorFile {
  /** The file's name without its ending: also of a file that cannot be read. */
  readonly name: string
  read(): Vector
}

/** All `*.json` files of a directory, by name. */
export function vectorFiles(directory: string): readonly VectorFile[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: basename(file, '.json'),
      read: () => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Vector,
    }))
}

const ownVectors = join(__dirname, '..', '..', '..', 'test', 'conformance')

/** The directory named by `CONFORMANCE_VECTORS`, else the project's own copy. */
export function vectorDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.CONFORMANCE_VECTORS || join(ownVectors, 'vectors')
}

/** Further vectors of the same scenarios. */
export function disorderDirectory(): string {
  return join(ownVectors, 'disorder', 'vectors')
}
