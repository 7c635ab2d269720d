import type { OpenSerde, Serde, SerdeContext } from './serde'

/**
 * The same serde with null among its values: null is written as Kafka's null, the tombstone of a compacted topic.
 * @example
 * const customers = topic('customers', { key: string, value: nullable(json<Customer>()) })
 */
export function nullable<T>(serde: Serde<T>): Serde<T | null> {
  if (serde.nullable) return serde as Serde<T | null>
  const open = (context: SerdeContext): OpenSerde<T | null> => {
    const inner = serde.open(context)
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...(inner.prepare && { prepare: (batch: readonly (Buffer | null)[]) => inner.prepare?.(batch) }),
      ...(inner.describe && { describe: (value: T | null) => (value === null ? 'null' : inner.describe!(value)) }),
      encode: (value) => (value === null ? null : inner.encode(value)),
      decode: (bytes) => (bytes === null ? null : inner.decode(bytes)),
    }
  }
  const { history } = serde
  return Object.freeze({ name: `nullable(${serde.name})`, nullable: true, open, ...(history && { history }) })
}
