import { TerminalError } from '../../errors'
import { parseAvro } from '../../registry/avro/parse'
import type { RecordType } from '../../registry/avro/schema'
import type { AvroSchema } from '../avro/schema'

/** One version of an event that is not written any more, and what makes the next one of it. */
export interface UpcastStep {
  readonly schema: AvroSchema<unknown>
  readonly type: RecordType
  readonly step: (old: unknown) => unknown
}

/**
 * What makes the present version of an event of every older one, step by step. `T` is what the last step makes: a chain that
 * ends too early does not fit the serde it is given to.
 */
export interface Upcaster<T> {
  /** The full name of the event's record. */
  readonly event: string
  /** The oldest version first. */
  readonly steps: readonly UpcastStep[]
  /** Never there: it only carries the type. */
  readonly type?: T
  /**
   * Goes on from the version that the last step makes, of which this is the schema.
   * @throws TerminalError SCHEMA_INVALID when it is the schema of another event
   */
  next<V, N>(this: Upcaster<NoInfer<V>>, from: AvroSchema<V>, step: (old: V) => N): Upcaster<N>
}

/**
 * Begins a chain at the oldest version of an event, for changes that Avro's resolution cannot express: a unit, a structure,
 * a value that follows from others. Steps are pure; they see personal fields sealed.
 * @throws TerminalError SCHEMA_INVALID when the schema is not one record
 * @example
 * const parcelSent = upcast(parcelSentV1Schema, (v1) => ({ ...v1, grams: v1.kilograms * 1000 }))
 *   .next(parcelSentV2Schema, (v2) => ({ ...v2, weight: { value: v2.grams, unit: 'g' as const } }))
 * const parcels = topic('parcels', { key: string, value: avro(parcelSchema, { upcasters: [parcelSent] }) })
 */
export function upcast<V, N>(from: AvroSchema<V>, step: (old: V) => N): Upcaster<N> {
  return chain(stepOf(from, step), [])
}

function chain<N>(last: UpcastStep, before: readonly UpcastStep[]): Upcaster<N> {
  const event = last.type.name
  const steps = Object.freeze([...before, last])
  return Object.freeze({
    event,
    steps,
    next: <V, M>(from: AvroSchema<V>, step: (old: V) => M): Upcaster<M> => {
      const following = stepOf(from, step)
      if (following.type.name !== event) {
        const message = `the chain of ${event} cannot go on with a version of ${following.type.name}`
        throw new TerminalError('SCHEMA_INVALID', message)
      }
      return chain(following, steps)
    },
  }) as Upcaster<N>
}

function stepOf<V, N>(schema: AvroSchema<V>, step: (old: V) => N): UpcastStep {
  const type = parseAvro(schema.text)
  if (type.kind !== 'record') {
    throw new TerminalError('SCHEMA_INVALID', `a version of an event is one record, not a schema of kind ${type.kind}`)
  }
  return Object.freeze({ schema, type, step: step as UpcastStep['step'] })
}
