import { messageOf, OutageError } from '../../errors'
import type { WrappedKey } from '../port'

/** A wrapped key as JSON; its id is the key under which it is kept. */
export function toJson({ subject, kek, wrapped }: WrappedKey): string {
  return JSON.stringify({ subject, kek, wrapped: wrapped.toString('base64') })
}

export function fromJson(id: string, json: string): WrappedKey {
  const { subject, kek, wrapped } = JSON.parse(json) as { subject: string; kek: string; wrapped: string }
  return { id, subject, kek, wrapped: Buffer.from(wrapped, 'base64') }
}

export function unavailable(what: string, cause: unknown): OutageError {
  return new OutageError('KEYS_UNAVAILABLE', `the keys in ${what} cannot be read or written: ${messageOf(cause)}`, {
    cause,
  })
}
