/** A row's change on its way through a repartition topic: both values behind their lengths (Kafka Streams' ChangedSerializer). */
import { optionalBytes, readOptional } from './parts'
import type { OpenSerde, Serde, SerdeContext } from './serde'

/** How one row of a table has changed; see graph/change.ts. */
export interface Change<V> {
  /** null: the row is gone. */
  readonly newValue: V | null
  /** The row before, so that what depends on it can be taken back; null: there was none, or it is not known. */
  readonly oldValue: V | null
  /** False only for an out-of-order write to a versioned table: it belongs to the past and leaves the latest row as it is (KIP-914). */
  readonly isLatest: boolean
}

export function changes<V>(value: Pick<Serde<V>, 'name' | 'open'>): Serde<Change<V>> {
  const open = (context: SerdeContext): OpenSerde<Change<V>> => {
    const inner = value.open(context)
    const encode = (one: V | null) => optionalBytes(one === null ? null : inner.encode(one))
    const decode = (bytes: Buffer | null | undefined) =>
      bytes === null || bytes === undefined ? null : inner.decode(bytes)
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...(inner.prepare && {
        prepare: (batch: readonly (Buffer | null)[]) =>
          inner.prepare!(batch.flatMap((bytes) => (bytes === null ? [] : readOptional(bytes, 1)))),
      }),
      encode: ({ newValue, oldValue, isLatest }) =>
        Buffer.concat([Buffer.of(isLatest ? 1 : 0), encode(newValue), encode(oldValue)]),
      decode: (bytes) => {
        const [newValue, oldValue] = bytes === null ? [] : readOptional(bytes, 1)
        return { newValue: decode(newValue), oldValue: decode(oldValue), isLatest: bytes?.[0] !== 0 }
      },
    }
  }
  return Object.freeze({ name: `changes(${value.name})`, nullable: false, open })
}
