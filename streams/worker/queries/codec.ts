import type { SchemaRegistry } from '../../registry/port'
import type { OpenSerde, Serde } from '../../serdes/serde'
import type { AnyStoreDeclaration, StoreDeclaration } from '../../stores/declaration'
import { queryInvalid } from './errors'
import type { StoreItem, StoreQuery } from './query'

/** An entry between members: key and value as the store's serdes write them, in base64. */
export interface WireItem {
  readonly k: string
  readonly v: string
  readonly s?: number
  readonly e?: number
  readonly t?: number
}

/** A question with its keys as the store's serde writes them, in base64. */
export type WireQuery = Readonly<Record<string, unknown>> & { readonly kind: string }

/**
 * How the keys and values of one store go from member to member: as the bytes the store itself would write, so that an
 * answer from afar is what a local read gives.
 */
export interface StoreCodec {
  keyBytes(key: unknown): Buffer
  /** @throws TerminalError DESERIALIZATION_FAILED */
  key(bytes: Buffer): unknown
  encode(item: StoreItem): WireItem
  /** Fetches first the schemas it does not know. @throws OutageError REGISTRY_UNAVAILABLE */
  decode(items: readonly WireItem[]): Promise<readonly StoreItem[]>
  encodeQuery(query: StoreQuery): WireQuery
  /** @throws TerminalError QUERY_INVALID, DESERIALIZATION_FAILED */
  decodeQuery(query: WireQuery): Promise<StoreQuery>
}

export interface CodecOptions {
  readonly declaration: AnyStoreDeclaration
  /** The topic whose subjects its serdes use: the changelog, or the one a global table reads. */
  readonly topic: string
  readonly registry?: SchemaRegistry
}

/** The fields of a question that hold keys. */
const keyFields = ['key', 'from', 'to', 'prefix', 'fromKey', 'toKey'] as const

/** @throws OutageError REGISTRY_UNAVAILABLE */
export async function openCodec({ declaration, topic, registry }: CodecOptions): Promise<StoreCodec> {
  const { name, key: keySerde, value: valueSerde } = declaration as StoreDeclaration<unknown, unknown>
  const key = keySerde.open({ topic, role: 'key', registry })
  const value = valueSerde.open({ topic, role: 'value', registry })
  await Promise.all([key.ready, value.ready])

  const keyBytes = (decoded: unknown) => encoded(key, decoded) ?? Buffer.alloc(0)
  const isKey = (query: Readonly<Record<string, unknown>>, field: string) =>
    query[field] !== undefined && !(isTime(query.kind) && (field === 'from' || field === 'to'))

  return {
    keyBytes,
    key: key.decode,
    encode: ({ key: own, value: held, start, end, timestamp }) => ({
      k: keyBytes(own).toString('base64'),
      v: (value.encode(held) ?? Buffer.alloc(0)).toString('base64'),
      ...(start !== undefined && { s: start, e: end }),
      ...(timestamp !== undefined && { t: timestamp }),
    }),
    decode: async (items) => {
      const keys = items.map(({ k }) => Buffer.from(k, 'base64'))
      const values = items.map(({ v }) => Buffer.from(v, 'base64'))
      await Promise.all([key.prepare?.(keys), value.prepare?.(values)])
      return items.map(({ s, e, t }, index) => ({
        key: key.decode(keys[index]!),
        value: value.decode(values[index]!),
        ...(s !== undefined && { start: s, end: e }),
        ...(t !== undefined && { timestamp: t }),
      }))
    },
    encodeQuery: (query) => {
      const fields: Record<string, unknown> = Object.fromEntries(Object.entries(query).filter(hasJson))
      for (const field of keyFields) {
        if (isKey(fields, field)) fields[field] = keyBytes(fields[field]).toString('base64')
      }
      return fields as WireQuery
    },
    decodeQuery: async (query) => {
      const fields: Record<string, unknown> = { ...query }
      const given = keyFields.filter((field) => isKey(fields, field))
      const bytes = given.map((field) => Buffer.from(textOf(name, field, fields[field]), 'base64'))
      await key.prepare?.(bytes)
      given.forEach((field, index) => {
        fields[field] = key.decode(bytes[index]!)
      })
      return fields as unknown as StoreQuery
    },
  }
}

/** Whether `from` and `to` of such a question are times. */
function isTime(kind: unknown): boolean {
  return kind === 'windows' || kind === 'window-range'
}

/** An end that is infinitely far is an open one. */
function hasJson([, value]: readonly [string, unknown]): boolean {
  return typeof value !== 'number' || Number.isFinite(value)
}

function encoded(serde: OpenSerde<unknown>, value: unknown): Buffer | null {
  return serde.encode(value)
}

function textOf(store: string, field: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw queryInvalid(store, `${field} must be a key's bytes in base64`)
}

/** The serde of a key, where only its name counts. */
export function keySerdeOf(declaration: AnyStoreDeclaration): Serde<unknown> {
  return (declaration as StoreDeclaration<unknown, unknown>).key
}
