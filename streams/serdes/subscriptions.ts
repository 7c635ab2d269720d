/**
 * What the two sides of a foreign-key join tell each other. A subscription's key in the store is the length of the foreign
 * key (4 bytes), the foreign key and the primary key, so that all that refer to one row stand together, in the order of
 * the primary keys' bytes (Kafka Streams' CombinedKeySchema, SubscriptionWrapper and SubscriptionResponseWrapper).
 */
import { deserializationFailed, serializationFailed } from './plain'
import type { OpenSerde, Serde, SerdeContext } from './serde'

/** Without a primary key it is the prefix of all that refer to the foreign key. */
export interface SubscriptionKey<F, K> {
  readonly foreignKey: F
  readonly primaryKey?: K
}

/**
 * What the task of the right row is to do: forget the subscription, with or without an answer of null, or keep it and
 * answer with the row, where there is none either with null or not at all.
 */
export type Instruction = 'forget' | 'forget-and-answer' | 'answer' | 'answer-if-found'

export interface Subscription<K> {
  readonly instruction: Instruction
  /** Of the left value, 16 bytes; null where the left row is gone. */
  readonly hash: Buffer | null
  readonly primaryKey: K
  /** Of the task that asks, and so of the answer. */
  readonly partition: number
}

export interface Answer<V> {
  /** That of the subscription. */
  readonly hash: Buffer | null
  /** The right row; null where there is none. */
  readonly value: V | null
  /** Where the answer goes; it is not written. */
  readonly partition?: number
}

type Encodes<T> = Pick<Serde<T>, 'name' | 'open'>
type Bytes = Buffer | null

/** In the order of their codes. */
const instructions: readonly Instruction[] = ['forget', 'forget-and-answer', 'answer', 'answer-if-found']
const HASH_BYTES = 16

export function subscriptionKey<F, K>(foreignKey: Encodes<F>, primaryKey: Encodes<K>): Serde<SubscriptionKey<F, K>> {
  const open = (context: SerdeContext): OpenSerde<SubscriptionKey<F, K>> => {
    const foreign = foreignKey.open({ ...context, topic: `${context.topic}-fk` })
    const primary = primaryKey.open({ ...context, topic: `${context.topic}-pk` })
    const ready = [foreign.ready, primary.ready].filter((promise) => promise !== undefined)
    return {
      ...(ready.length > 0 && { ready: Promise.all(ready).then(() => undefined) }),
      encode: (key) => {
        const foreignBytes = foreign.encode(key.foreignKey) ?? nothing(context)
        const length = Buffer.allocUnsafe(4)
        length.writeInt32BE(foreignBytes.length)
        if (key.primaryKey === undefined) return Buffer.concat([length, foreignBytes])
        return Buffer.concat([length, foreignBytes, primary.encode(key.primaryKey) ?? nothing(context)])
      },
      decode: (bytes) => {
        if (bytes === null) return unreadable(context)
        const end = 4 + bytes.readInt32BE(0)
        return { foreignKey: foreign.decode(bytes.subarray(4, end)), primaryKey: primary.decode(bytes.subarray(end)) }
      },
    }
  }
  return Object.freeze({ name: `subscriptionKey(${foreignKey.name},${primaryKey.name})`, nullable: false, open })
}

export function subscriptions<K>(primaryKey: Encodes<K>): Serde<Subscription<K>> {
  const open = (context: SerdeContext): OpenSerde<Subscription<K>> => {
    const inner = primaryKey.open(context)
    const keyOf = (bytes: Buffer) => bytes.subarray(6 + hashLength(bytes))
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...preparing(inner, (bytes) => [keyOf(bytes)]),
      encode: ({ instruction, hash, primaryKey: key, partition }) => {
        const head = Buffer.allocUnsafe(6)
        head[0] = hash === null ? 0 : 1
        head[1] = instructions.indexOf(instruction)
        head.writeInt32BE(partition, 2)
        return Buffer.concat([head, ...(hash === null ? [] : [hash]), inner.encode(key) ?? nothing(context)])
      },
      decode: (bytes) => {
        const instruction = bytes === null ? undefined : instructions[bytes[1]!]
        if (bytes === null || instruction === undefined) return unreadable(context)
        return {
          instruction,
          hash: hashAt(bytes, 6),
          primaryKey: inner.decode(keyOf(bytes)),
          partition: bytes.readInt32BE(2),
        }
      },
    }
  }
  return Object.freeze({ name: `subscriptions(${primaryKey.name})`, nullable: false, open })
}

/** A value of no bytes, such as an empty text, is no row: it cannot be told from null, as in Kafka Streams. */
export function answers<V>(value: Encodes<V>): Serde<Answer<V>> {
  const open = (context: SerdeContext): OpenSerde<Answer<V>> => {
    const inner = value.open(context)
    const rowOf = (bytes: Buffer): Bytes => {
      const rest = bytes.subarray(1 + hashLength(bytes))
      return rest.length === 0 ? null : rest
    }
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...preparing(inner, (bytes) => [rowOf(bytes)]),
      encode: ({ hash, value: row }) => {
        const bytes = row === null ? null : inner.encode(row)
        return Buffer.concat([Buffer.of(hash === null ? 0 : 1), ...[hash, bytes].filter((part) => part !== null)])
      },
      decode: (bytes) => {
        if (bytes === null) return unreadable(context)
        const row = rowOf(bytes)
        return { hash: hashAt(bytes, 1), value: row === null ? null : inner.decode(row) }
      },
    }
  }
  return Object.freeze({ name: `answers(${value.name})`, nullable: false, open })
}

const hashLength = (bytes: Buffer) => (bytes[0] === 1 ? HASH_BYTES : 0)
/** A copy: what is kept in a store must not hold on to the batch it came in. */
const hashAt = (bytes: Buffer, at: number) => (bytes[0] === 1 ? Buffer.from(bytes.subarray(at, at + HASH_BYTES)) : null)

function preparing<T>(
  inner: OpenSerde<T>,
  partsOf: (bytes: Buffer) => readonly Bytes[],
): Pick<OpenSerde<T>, 'prepare'> {
  if (inner.prepare === undefined) return {}
  return { prepare: (batch) => inner.prepare!(batch.flatMap((bytes) => (bytes === null ? [] : partsOf(bytes)))) }
}

function nothing(context: SerdeContext): never {
  throw serializationFailed(context, 'null is no key of a row that takes part in a foreign-key join')
}

function unreadable(context: SerdeContext): never {
  throw deserializationFailed(context, 'these bytes are no part of a foreign-key join')
}
