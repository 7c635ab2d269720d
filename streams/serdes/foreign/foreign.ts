/** JSON Schema and Protobuf in the Confluent wire format, by the library that Confluent's users read them with. */
import { type Clock, systemClock } from '../../clock'
import { MillraceError, TerminalError, messageOf as textOf } from '../../errors'
import { compileForeign, type ForeignType } from '../../registry/foreign'
import { isPromise, type RegisteredSchema } from '../../registry/port'
import { decoderOf, idsOf, notReady } from '../avro/coder'
import { headerSize, readHeader, writeHeader } from '../avro/wire'
import { type Writers, writerDecoders } from '../avro/writers'
import { deserializationFailed, nullToDecode, nullToEncode, serializationFailed } from '../plain'
import type { OpenSerde, Serde, SerdeContext } from '../serde'
import { firstMessageIndex, messageNameAt, readMessageIndex } from './message-index'
import { messageBytes, messageOf, plainMessage } from './protobuf-values'

export interface ForeignSerdeOptions {
  /** Default `<topic>-key` or `<topic>-value`. */
  readonly subject?: string
  /** How long an id that the registry does not know is not asked for again, in ms. Default a minute. */
  readonly missTtlMs?: number
  /** Longer payloads are refused before they are looked at. Default 1 MiB, as Kafka's own limit of a record. */
  readonly maxBytes?: number
}

/** Everything behind the id of the schema. */
interface Format {
  readonly type: ForeignType
  writer(schema: string): (value: unknown) => Buffer
  reader(schema: RegisteredSchema): (bytes: Buffer) => unknown
}

/**
 * JSON in the Confluent wire format, each value checked against its schema: the own one when it is written, the writer's when
 * it is read. @throws TerminalError SCHEMA_INVALID when the text is no JSON Schema
 * @example
 * const clicks = topic('clicks', { key: string, value: jsonSchema<Click>(clickSchema) })
 */
export function jsonSchema<T>(schema: string, options: ForeignSerdeOptions = {}): Serde<T> {
  return foreignSerde('json-schema', schema, options, {
    type: 'JSON',
    writer: (own) => {
      const compiled = compileForeign('JSON', own)
      return (value) => compiled.toBuffer(value)
    },
    reader: ({ schema: text, referenced }) => {
      const compiled = compileForeign('JSON', text, { referenced })
      return (bytes) => compiled.fromBuffer(bytes)
    },
  })
}

/**
 * Protobuf in the Confluent wire format: written is the first message of the schema, read is any. Values: 64-bit numbers are
 * text (also taken: bigint, and numbers that are exact), enums are names, bytes are Buffers, what is unset has its default.
 * @throws TerminalError SCHEMA_INVALID when the text is no Protobuf schema
 */
export function protobuf<T>(schema: string, options: ForeignSerdeOptions = {}): Serde<T> {
  return foreignSerde('protobuf', schema, options, {
    type: 'PROTOBUF',
    writer: (own) => {
      const compiled = compileForeign('PROTOBUF', own)
      return (value) => Buffer.concat([firstMessageIndex, messageBytes(compiled, value)])
    },
    reader: protobufReader,
  })
}

function protobufReader({ schema, referenced }: RegisteredSchema): (bytes: Buffer) => unknown {
  const first = compileForeign('PROTOBUF', schema, { referenced })
  const others = new Map<string, typeof first>()
  return (bytes) => {
    const { path, end } = readMessageIndex(bytes, 0)
    const messageName = messageNameAt(messageOf(first), path)
    const compiled = others.get(messageName) ?? compileForeign('PROTOBUF', schema, { referenced, messageName })
    others.set(messageName, compiled)
    return plainMessage(compiled, bytes.subarray(end))
  }
}

function foreignSerde<T>(name: string, schema: string, options: ForeignSerdeOptions, format: Format): Serde<T> {
  const write = format.writer(schema)
  return Object.freeze({
    name,
    nullable: false,
    open: (context: SerdeContext) => opened<T>(schema, options, format, { write, context }),
  })
}

interface Opening {
  readonly write: (value: unknown) => Buffer
  readonly context: SerdeContext
}

function opened<T>(schema: string, options: ForeignSerdeOptions, format: Format, opening: Opening): OpenSerde<T> {
  const { write, context } = opening
  const { topic, role, registry } = context
  const { subject = `${topic}-${role}`, missTtlMs = 60_000, maxBytes = 1024 * 1024 } = options
  if (!registry) throw new MillraceError('CONFIG_INVALID', `${topic} (${role}) needs a schema registry`)
  const clock: Clock = context.clock ?? systemClock
  const compile = (written: RegisteredSchema) => {
    if (written.type === format.type) return format.reader(written)
    throw new TerminalError('SCHEMA_INVALID', `it is a schema of type ${written.type}, not ${format.type}`)
  }
  const writers = writerDecoders({ registry, compile, clock, missTtlMs })
  let ownId: number | undefined
  const registered = (id: number) => {
    ownId = id
  }
  const id = registry.register(subject, schema, { type: format.type })
  const ready = isPromise(id) ? id.then(registered) : undefined
  if (!isPromise(id)) registered(id)

  return {
    ...(ready && { ready }),
    encode: (value) => {
      if (value === null || value === undefined) throw nullToEncode(context)
      if (ownId === undefined) throw notReady(context, 'its schema has not been registered; wait for `ready`')
      return encoded(context, ownId, () => write(value))
    },
    decode: (bytes) => decoded(context, writers, bytes, maxBytes) as T,
    prepare: (batch) => writers.fetch(idsOf(batch)),
  }
}

function encoded(context: SerdeContext, id: number, write: () => Buffer): Buffer {
  try {
    const header = Buffer.allocUnsafe(headerSize)
    writeHeader(header, 0, id)
    return Buffer.concat([header, write()])
  } catch (cause) {
    throw serializationFailed(context, detailed(cause), cause)
  }
}

function decoded(
  context: SerdeContext,
  writers: Writers<(bytes: Buffer) => unknown>,
  bytes: Buffer | null,
  maxBytes: number,
): unknown {
  if (bytes === null) throw nullToDecode(context)
  const id = readHeader(bytes)
  if (typeof id === 'string') throw deserializationFailed(context, id)
  if (bytes.length > maxBytes) {
    const cause = new TerminalError('PAYLOAD_TOO_LARGE', `${bytes.length} bytes, more than maxBytes ${maxBytes}`)
    throw deserializationFailed(context, cause.message, cause)
  }
  const read = decoderOf(id, context, writers)
  try {
    return read(bytes.subarray(headerSize))
  } catch (cause) {
    throw deserializationFailed(context, `${detailed(cause)} (schema ${id})`, cause)
  }
}

/** The library says which paths of a value its schema does not allow. */
function detailed(cause: unknown): string {
  const { paths } = cause as { readonly paths?: readonly unknown[] }
  return Array.isArray(paths) && paths.length > 0
    ? `${textOf(cause)} at ${paths.flat().join(', ') || '/'}`
    : textOf(cause)
}
