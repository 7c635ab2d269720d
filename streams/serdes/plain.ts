import { type ErrorCode, MillraceError, messageOf, TerminalError } from '../errors'
import type { OpenSerde, Serde, SerdeContext } from './serde'

/** A serde that needs nothing from outside: two functions. Null is not one of its values. */
export interface PlainSerdeSpec<T> {
  readonly name: string
  /** The same bytes for the same value, whatever the serde is used for. Anything it throws becomes SERIALIZATION_FAILED. */
  encode(value: T): Buffer
  /** Anything it throws becomes DESERIALIZATION_FAILED. */
  decode(bytes: Buffer): T
}

/**
 * Makes a serde of two functions, for formats of your own.
 * @example
 * const point = plainSerde<Point>({ name: 'point', encode: pointToBytes, decode: pointFromBytes })
 */
export function plainSerde<T>(spec: PlainSerdeSpec<T>): Serde<T> {
  return Object.freeze({ name: spec.name, nullable: false, open: (context: SerdeContext) => opened(spec, context) })
}

function opened<T>(spec: PlainSerdeSpec<T>, context: SerdeContext): OpenSerde<T> {
  return {
    encoding: spec.encode,
    encode: (value) => {
      if (value === null || value === undefined) throw nullToEncode(context)
      try {
        return spec.encode(value)
      } catch (cause) {
        throw serializationFailed(context, messageOf(cause), cause)
      }
    },
    decode: (bytes) => {
      if (bytes === null) throw nullToDecode(context)
      try {
        return spec.decode(bytes)
      } catch (cause) {
        throw deserializationFailed(context, messageOf(cause), cause)
      }
    },
  }
}

export function nullToEncode(context: SerdeContext): TerminalError {
  return serializationFailed(context, 'null value; wrap the serde in nullable() if the topic carries tombstones')
}

export function nullToDecode(context: SerdeContext): TerminalError {
  return deserializationFailed(context, 'null value; wrap the serde in nullable() if the topic carries tombstones')
}

export function serializationFailed(context: SerdeContext, why: string, cause?: unknown): TerminalError {
  return failed('SERIALIZATION_FAILED', context, why, cause)
}

/** A cause that says more of the payload keeps its code: PAYLOAD_MALFORMED, PAYLOAD_TOO_LARGE. */
export function deserializationFailed(context: SerdeContext, why: string, cause?: unknown): TerminalError {
  const ofPayload = cause instanceof MillraceError && cause.code.startsWith('PAYLOAD_')
  return failed(ofPayload ? cause.code : 'DESERIALIZATION_FAILED', context, why, cause)
}

function failed(code: ErrorCode, context: SerdeContext, why: string, cause?: unknown) {
  const { topic, role } = context
  const details = { ...(cause instanceof MillraceError && cause.details), topic, role }
  return new TerminalError(code, `${topic} (${role}): ${why}`, { cause, details })
}
