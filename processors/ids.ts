import { createHash } from 'node:crypto'

/** The namespace of this platform's derived ids (a random UUID, fixed for ever: ids already written depend on it). */
const namespace = Buffer.from('6f1d9c5e7b3a4c0f9a52d1c8e4b7036a', 'hex')

/**
 * A UUID version 5 (RFC 9562, section 5.5) of a name made of parts: the same parts give the same id on every attempt and
 * in every process, which is what makes a repeat recognisable. Parts are joined unambiguously, so ('a', 'bc') is not ('ab', 'c').
 */
export function derivedId(...parts: readonly string[]): string {
  return uuid5(namespace, JSON.stringify(parts))
}

/** RFC 9562's name-based UUID over SHA-1. */
export function uuid5(space: Buffer, name: string): string {
  const hash = createHash('sha1').update(space).update(name, 'utf8').digest().subarray(0, 16)
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
