/** The Parsing Canonical Form of a schema and its fingerprints, as the specification and Java's SchemaNormalization have them. */
import { createHash } from 'node:crypto'
import type { AvroType, NamedAvroType } from './schema'

/** Two schemas with one canonical form write the same bytes. */
export function canonicalForm(type: AvroType): string {
  return build(type, new Set())
}

/** The SHA-256 of the canonical form, in hexadecimal digits. */
export function sha256Fingerprint(type: AvroType): string {
  return createHash('sha256').update(canonicalForm(type)).digest('hex')
}

/** The CRC-64-AVRO (Rabin) of the canonical form, as 16 hexadecimal digits of the number. */
export function crc64Fingerprint(type: AvroType): string {
  let result = empty
  for (const byte of Buffer.from(canonicalForm(type)))
    result = (result >> 8n) ^ table[Number((result ^ BigInt(byte)) & 0xffn)]!
  return result.toString(16).padStart(16, '0')
}

/** Each name is defined where it comes first and a mere name afterwards. */
function build(type: AvroType, defined: Set<string>): string {
  switch (type.kind) {
    case 'union':
      return `[${type.branches.map((branch) => build(branch, defined)).join(',')}]`
    case 'array':
      return `{"type":"array","items":${build(type.items, defined)}}`
    case 'map':
      return `{"type":"map","values":${build(type.values, defined)}}`
    case 'record':
    case 'enum':
    case 'fixed':
      if (defined.has(type.name)) return `"${type.name}"`
      defined.add(type.name)
      return `{"name":"${type.name}","type":"${type.kind}",${parts(type, defined)}}`
    default:
      return `"${type.kind}"`
  }
}

function parts(type: NamedAvroType, defined: Set<string>): string {
  if (type.kind === 'fixed') return `"size":${type.size}`
  if (type.kind === 'enum') return `"symbols":[${type.symbols.map((symbol) => `"${symbol}"`).join(',')}]`
  const fields = type.fields.map((field) => `{"name":"${field.name}","type":${build(field.type, defined)}}`)
  return `"fields":[${fields.join(',')}]`
}

const empty = 0xc15d213aa4d7a795n

const table: readonly bigint[] = Array.from({ length: 256 }, (_, index) => {
  let print = BigInt(index)
  for (let bit = 0; bit < 8; bit++) print = print & 1n ? (print >> 1n) ^ empty : print >> 1n
  return print
})
