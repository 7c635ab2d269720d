import { MillraceError, messageOf } from '../errors'
import { deserializationFailed, nullToDecode, nullToEncode, serializationFailed } from './plain'
import type { OpenSerde, SerdeContext } from './serde'

/** The coder of a serde that is made of others: their errors pass, anything else thrown says where it happened. */
export function guarded<T>(
  context: SerdeContext,
  { encode, decode }: { encode(value: T): Buffer; decode(bytes: Buffer): T },
): Pick<OpenSerde<T>, 'encode' | 'decode'> {
  return {
    encode: (value) => {
      if (value === null || value === undefined) throw nullToEncode(context)
      try {
        return encode(value)
      } catch (error) {
        throw error instanceof MillraceError ? error : serializationFailed(context, messageOf(error), error)
      }
    },
    decode: (bytes) => {
      if (bytes === null) throw nullToDecode(context)
      try {
        return decode(bytes)
      } catch (error) {
        throw error instanceof MillraceError ? error : deserializationFailed(context, messageOf(error), error)
      }
    },
  }
}

/** What a part of a composed value was written as; a part is never null. */
export function written(bytes: Buffer | null, context: SerdeContext): Buffer {
  if (bytes === null) throw nullToEncode(context)
  return bytes
}
