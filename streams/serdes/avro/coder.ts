import { type Clock, systemClock } from '../../clock'
import { MillraceError, messageOf, OutageError, TerminalError } from '../../errors'
import type { ValueOptions } from '../../registry/avro/forms'
import type { AvroType } from '../../registry/avro/schema'
import { isPromise } from '../../registry/port'
import { parseRegistered } from '../../registry/references'
import { deserializationFailed, nullToDecode, nullToEncode, serializationFailed } from '../plain'
import type { OpenSerde, SerdeContext } from '../serde'
import type { Upcaster } from '../upcast/chain'
import { upcasting } from '../upcast/upcasting'
import {
  type AvroCodec,
  type AvroDecode,
  avroCodec,
  type DecodeLimits,
  newSink,
  reserve,
  type Sink,
  take,
} from './codec'
import { type SubjectStrategy, subjectOf } from './subjects'
import { headerSize, readHeader, writeHeader } from './wire'
import { type Writers, writerDecoders } from './writers'

export interface AvroSettings extends DecodeLimits, ValueOptions {
  readonly subject: SubjectStrategy
  /** How long an id that the registry does not know is not asked for again, in ms. Default a minute. */
  readonly missTtlMs: number
  /** Whether a union's value is that of its branch, or `{ [branch]: value }`. Default plain. */
  readonly unions?: 'plain' | 'wrapped'
  /** A chain for each event that has changed in a way that Avro's resolution cannot express. */
  readonly upcasters?: readonly Upcaster<unknown>[]
}

/** What every opening of one serde shares. */
export interface CompiledAvro {
  readonly text: string
  readonly codec: AvroCodec<unknown>
  /** How to read what was written with the very schema. */
  readonly decodeOwn: AvroDecode<unknown>
  readonly sink: Sink
  readonly acceptsNull: boolean
  readonly settings: AvroSettings
  /** What in another schema could not be read. */
  lacking(writer: AvroType): readonly string[]
}

/** @throws TerminalError SCHEMA_INVALID */
export function compiledAvro(text: string, type: AvroType, settings: AvroSettings): CompiledAvro {
  const options = { ...settings, limits: settings }
  const { codec, lacking } = upcasting(avroCodec<unknown>(type, options), settings.upcasters ?? [], options)
  const acceptsNull =
    type.kind === 'null' || (type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null'))
  return { text, codec, decodeOwn: codec.decoder(), sink: newSink(), acceptsNull, settings, lacking }
}

/** @throws MillraceError CONFIG_INVALID without a registry; TerminalError SCHEMA_INVALID, SCHEMA_INCOMPATIBLE */
export function openAvro<T>(compiled: CompiledAvro, context: SerdeContext): OpenSerde<T> {
  const { registry } = context
  if (!registry) {
    throw new MillraceError('CONFIG_INVALID', `${context.topic} (${context.role}) is Avro and needs a schema registry`)
  }
  const { settings, codec } = compiled
  const clock: Clock = context.clock ?? systemClock
  const writers = writerDecoders({
    registry,
    compile: (schema) => codec.decoder(parseRegistered(schema)),
    clock,
    missTtlMs: settings.missTtlMs,
  })
  let ownId: number | undefined
  const registered = (id: number) => {
    ownId = id
    writers.add(id, compiled.decodeOwn)
  }
  const id = registry.register(subjectOf(settings.subject, codec.type, context), compiled.text)
  const ready = isPromise(id) ? id.then(registered) : undefined
  if (!isPromise(id)) registered(id)

  return {
    ...(ready && { ready }),
    encode: (value) => encodeValue(compiled, context, value, ownId),
    decode: (bytes) => decodeValue(context, writers, bytes) as T,
    prepare: (batch) => writers.fetch(idsOf(batch)),
  }
}

function encodeValue(compiled: CompiledAvro, context: SerdeContext, value: unknown, id: number | undefined): Buffer {
  if ((value === null || value === undefined) && !compiled.acceptsNull) throw nullToEncode(context)
  if (id === undefined) throw notReady(context, 'its schema has not been registered; wait for `ready`')
  const { sink, codec } = compiled
  reserve(sink, headerSize)
  sink.pos = writeHeader(sink.bytes, sink.pos, id)
  try {
    codec.encode(value, sink)
  } catch (cause) {
    sink.pos = sink.start
    throw serializationFailed(context, messageOf(cause), cause)
  }
  return take(sink)
}

function decodeValue(context: SerdeContext, writers: Writers<AvroDecode<unknown>>, bytes: Buffer | null): unknown {
  if (bytes === null) throw nullToDecode(context)
  const id = readHeader(bytes)
  if (typeof id === 'string') throw deserializationFailed(context, id)
  const decode = decoderOf(id, context, writers)
  try {
    return decode(bytes, headerSize)
  } catch (cause) {
    throw deserializationFailed(context, `${messageOf(cause)} (schema ${id})`, cause)
  }
}

/** @throws TerminalError for an id that is of no use; OutageError REGISTRY_UNAVAILABLE for one that has not been fetched */
export function decoderOf<D>(id: number, context: SerdeContext, writers: Writers<D>): D {
  try {
    const decoder = writers.get(id) ?? fetchNow(id, writers)
    if (decoder) return decoder
  } catch (cause) {
    const { topic, role } = context
    const code = cause instanceof MillraceError ? cause.code : 'DESERIALIZATION_FAILED'
    const details = { topic, role, schemaId: id }
    throw new TerminalError(code, `${topic} (${role}): ${messageOf(cause)}`, { cause, details })
  }
  throw notReady(context, `schema ${id} has not been fetched; call \`prepare\` with the batch first`)
}

/** A registry in this process answers on the spot, even to one who has prepared nothing. */
function fetchNow<D>(id: number, writers: Writers<D>): D | undefined {
  const pending = writers.fetch([id])
  pending?.catch(() => undefined)
  return pending ? undefined : writers.get(id)
}

/** No record is at fault, so this is an outage and not an error of the record. */
export function notReady({ topic, role }: SerdeContext, why: string): OutageError {
  return new OutageError('REGISTRY_UNAVAILABLE', `${topic} (${role}): ${why}`)
}

/** The ids in a batch, most often one and the same. */
export function idsOf(batch: readonly (Buffer | null)[]): Iterable<number> {
  const ids = new Set<number>()
  let last: number | string | undefined
  for (const bytes of batch) {
    if (bytes === null) continue
    const id = readHeader(bytes)
    if (id === last) continue
    last = id
    if (typeof id === 'number') ids.add(id)
  }
  return ids
}
