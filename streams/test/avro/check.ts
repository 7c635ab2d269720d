/** Each vector through our code: what differs, or undefined. Anything thrown that should not be is a difference too. */
import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '../../errors'
import { canonicalForm, crc64Fingerprint, sha256Fingerprint } from '../../registry/avro/canonical'
import { parseAvro } from '../../registry/avro/parse'
import type { AvroType } from '../../registry/avro/schema'
import { checkCompatibility } from '../../registry/compatibility'
import { compatibilityLevels, levelViolations } from '../../registry/levels'
import { avroCodec } from '../../serdes/avro/codec'
import { decoding, normalForm } from './normal-form'
import type { CompatibilityVector, HistoryVector, ParseVector, ResolutionVector, VectorKind, Vectors } from './vectors'

export interface Difference {
  readonly id: string
  readonly difference: string
}

export interface KindReport {
  readonly kind: VectorKind
  readonly vectors: number
  readonly passed: number
  readonly differences: readonly Difference[]
}

type Check<V> = (vector: V) => string | undefined

/** One report for each kind. A kind without vectors has not passed: it has one difference. */
export function checkVectors(vectors: Vectors): readonly KindReport[] {
  return [
    report('compatibility', vectors.compatibility, checkCompatibilityVector),
    report('history', vectors.history, checkHistoryVector),
    report('resolution', vectors.resolution, checkResolutionVector),
    report('parse', vectors.parse, checkParseVector),
  ]
}

function report<V extends { readonly id: string }>(
  kind: VectorKind,
  vectors: readonly V[],
  check: Check<V>,
): KindReport {
  const differences = vectors.flatMap((vector) => {
    const difference = attempt(vector, check)
    return difference === undefined ? [] : [{ id: vector.id, difference }]
  })
  const passed = vectors.length - differences.length
  if (vectors.length === 0) return { kind, vectors: 0, passed, differences: [{ id: kind, difference: 'no vectors' }] }
  return { kind, vectors: vectors.length, passed, differences }
}

function attempt<V>(vector: V, check: Check<V>): string | undefined {
  try {
    return check(vector)
  } catch (error) {
    return `threw: ${messageOf(error)}`
  }
}

function differ(what: string, ours: unknown, expected: unknown): string | undefined {
  if (isDeepStrictEqual(ours, expected)) return undefined
  return `${what}: ours ${JSON.stringify(ours)}, Java's ${JSON.stringify(expected)}`
}

export function checkCompatibilityVector(vector: CompatibilityVector): string | undefined {
  const { compatible, incompatibilities } = checkCompatibility(parseAvro(vector.reader), parseAvro(vector.writer))
  const verdict = compatible ? 'COMPATIBLE' : 'INCOMPATIBLE'
  const reasons = (list: CompatibilityVector['incompatibilities']) =>
    vector.sharedTypes
      ? [...new Set(list.map(({ type }) => type))].sort()
      : list.map(({ type, location }) => `${type} ${location}`)
  return (
    differ('verdict', verdict, vector.verdict) ??
    differ('reasons', reasons(incompatibilities), reasons(vector.incompatibilities))
  )
}

export function checkHistoryVector({ candidate, versions, verdicts }: HistoryVector): string | undefined {
  const [type, older] = [parseAvro(candidate), versions.map((version) => parseAvro(version))]
  const ours = compatibilityLevels.map((level) => [level, levelViolations(level, type, older).length === 0])
  return differ('verdicts', Object.fromEntries(ours), { ...verdicts })
}

export function checkResolutionVector(vector: ResolutionVector): string | undefined {
  const [writer, reader] = [parseAvro(vector.writer), parseAvro(vector.reader)]
  const bytes = Buffer.from(vector.hex, 'hex')
  return (
    differ('compatible', checkCompatibility(reader, writer).compatible, vector.compatible) ??
    checkOwn(writer, bytes, vector.decodedAsWriter) ??
    checkResolved(writer, reader, bytes, vector)
  )
}

/** Read as it was written, and written again: maps and arrays may be laid out in blocks, so the values are compared. */
function checkOwn(writer: AvroType, bytes: Buffer, expected: unknown): string | undefined {
  const codec = avroCodec(writer, decoding)
  const decode = codec.decoder()
  const value = decode(bytes)
  return (
    differ('decoded as writer', normalForm(writer, value), expected) ??
    differ('written and decoded again', normalForm(writer, decode(codec.toBytes(value))), expected)
  )
}

function checkResolved(
  writer: AvroType,
  reader: AvroType,
  bytes: Buffer,
  vector: ResolutionVector,
): string | undefined {
  let value: unknown
  try {
    value = avroCodec(reader, decoding).decoder(writer)(bytes)
  } catch (error) {
    return vector.error ? undefined : `decoded as reader: threw ${messageOf(error)}`
  }
  const ours = normalForm(reader, value)
  if (vector.error) return `decoded as reader: ours ${JSON.stringify(ours)}, Java fails`
  const logical = 'logicalAsReader' in vector ? normalForm(reader, value, 'logical') : undefined
  return differ('decoded as reader', ours, vector.decodedAsReader) ?? differ('logical', logical, vector.logicalAsReader)
}

export function checkParseVector(vector: ParseVector): string | undefined {
  const text = vector.text ?? JSON.stringify(vector.schema)
  const type = parsedOrUndefined(text)
  if (type === undefined)
    return vector.valid && vector.asciiValid !== false ? 'ours refuses it, Java does not' : undefined
  if (!vector.valid) return 'ours takes it, Java does not'
  return (
    differ('canonical form', canonicalForm(type), vector.canonical) ??
    differ('CRC-64', crc64Fingerprint(type), vector.crc64) ??
    differ('SHA-256', sha256Fingerprint(type), vector.sha256) ??
    ('logicalType' in vector ? differ('logical type', logicalOf(type), vector.logicalType) : undefined) ??
    (vector.aliases ? differ('aliases', aliasesOf(type), vector.aliases) : undefined)
  )
}

function parsedOrUndefined(text: string): AvroType | undefined {
  try {
    return parseAvro(text)
  } catch {
    return undefined
  }
}

function logicalOf(type: AvroType): string | null {
  return ('logical' in type && type.logical?.name) || null
}

/** Java writes an alias without a namespace, of a type that has one, with a dot in front. */
function aliasesOf(type: AvroType): readonly string[] {
  if (!('name' in type)) return []
  return type.aliases.map((alias) => (type.name.includes('.') && !alias.includes('.') ? `.${alias}` : alias))
}
