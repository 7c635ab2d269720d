import { createHash } from 'node:crypto'

/** A name-based UUID over SHA-1 (RFC 9562, section 5.5): the same name in the same space (16 bytes) gives the same id. */
export function uuid5(space: Buffer, name: string): string {
  const hash = createHash('sha1').update(space).update(name, 'utf8').digest().subarray(0, 16)
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
