/** Seals and opens the personal fields of values. */
import { OutageError, TerminalError } from '../../errors'
import type { SerdeContext } from '../serde'
import type { PersonalFields } from './fields'
import type { Leaf } from './mapping'
import type { PersonalKeys } from './port'
import { fromBytes, fromText, isSealed, toBytes, toText } from './sealed'

/**
 * The value with its personal fields sealed. What is sealed already stays as it is, and so does what stands in the place
 * of something forgotten. @throws TerminalError SERIALIZATION_FAILED where there are no keys
 */
export function sealed(fields: PersonalFields, value: unknown, keys: PersonalKeys | undefined, where: SerdeContext) {
  return fields.map(value, (leaf) => {
    if (isSealed(leaf.value) || isRedacted(leaf)) return leaf.value
    if (keys === undefined) throw withoutKeys(leaf, where)
    return sealLeaf(leaf, keys)
  })
}

export function sealLeaf({ value, subject }: Leaf, keys: PersonalKeys): string | Buffer {
  if (typeof value === 'string') return toText(keys.seal(subject, Buffer.from(value, 'utf8')))
  return toBytes(keys.seal(subject, value))
}

/** The value with its personal fields as they were, or redacted where their subject is forgotten. @throws OutageError KEYS_UNAVAILABLE */
export function opened(fields: PersonalFields, value: unknown, keys: PersonalKeys): unknown {
  return fields.map(value, (leaf) => {
    const bytes = sealedBytes(leaf.value)
    if (bytes === undefined) return leaf.value
    const plain = keys.open(leaf.subject, bytes)
    if (plain === 'forgotten') return leaf.redacted
    if (plain === 'unknown') {
      throw new OutageError('KEYS_UNAVAILABLE', `the key of ${leaf.field} has not been fetched; call \`prepare\` first`)
    }
    return typeof leaf.value === 'string' ? plain.toString('utf8') : plain
  })
}

export function sealedBytes(value: string | Buffer): Buffer | undefined {
  return typeof value === 'string' ? fromText(value) : fromBytes(value)
}

/** It holds nothing any more, and must not become something sealed again. */
function isRedacted({ value, redacted }: Leaf): boolean {
  return Buffer.isBuffer(value) ? Buffer.isBuffer(redacted) && value.equals(redacted) : value === redacted
}

function withoutKeys({ field }: Leaf, { topic, role }: SerdeContext): TerminalError {
  const message = `${topic} (${role}): ${field} is personal and not sealed, and there are no keys to seal it with: give the worker, writer or client \`personalKeys\``
  return new TerminalError('SERIALIZATION_FAILED', message, { details: { topic, role, field } })
}
