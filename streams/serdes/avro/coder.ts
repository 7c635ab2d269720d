import { type Clock, systemClock } from '../../clock'
import { MillraceError, messageOf, OutageError, TerminalError } from '../../errors'
import type { AvroType } from '../../registry/avro/schema'
import { isPromise } from '../../registry/port'
import { deserializationFailed, nullToDecode, nullToEncode, serializationFailed } from '../plain'
import type { OpenSerde, SerdeContext } from '../serde'
import type { AvscType } from './avsc'
import { boundedWalk, type DecodeLimits, isCheapToExceed, type Walk } from './bounds'
import { compileReader } from './compile'
import { avroEncoder, type Encode, explainMisfit } from './encoder'
import { type SubjectStrategy, subjectOf } from './subjects'
import { headerSize, readHeader } from './wire'
import { type WriterDecoder, type Writers, writerDecoders } from './writers'

export interface AvroSettings extends DecodeLimits {
  readonly subject: SubjectStrategy
  /** How long an id that the registry does not know is not asked for again, in ms. Default a minute. */
  readonly missTtlMs: number
}

/** What every opening of one serde shares. */
export interface CompiledAvro {
  readonly text: string
  readonly model: AvroType
  readonly type: AvscType
  readonly walk: Walk
  readonly encode: Encode
  readonly acceptsNull: boolean
  readonly settings: AvroSettings
}

/** @throws TerminalError SCHEMA_INVALID */
export function compiledAvro(text: string, model: AvroType, settings: AvroSettings): CompiledAvro {
  const type = compileReader(model)
  const walk = boundedWalk(model, settings)
  const encode = avroEncoder({ type, limits: settings, walk, cheapToExceed: isCheapToExceed(model) })
  return { text, model, type, walk, encode, acceptsNull: type.isValid(null), settings }
}

/** @throws MillraceError CONFIG_INVALID without a registry; TerminalError SCHEMA_INVALID, SCHEMA_INCOMPATIBLE */
export function openAvro<T>(compiled: CompiledAvro, context: SerdeContext): OpenSerde<T> {
  const { registry } = context
  if (!registry) {
    throw new MillraceError('CONFIG_INVALID', `${context.topic} (${context.role}) is Avro and needs a schema registry`)
  }
  const { settings, type } = compiled
  const clock: Clock = context.clock ?? systemClock
  const { missTtlMs } = settings
  const writers = writerDecoders({ registry, reader: type, limits: settings, clock, missTtlMs })
  let ownId: number | undefined
  const registered = (id: number) => {
    ownId = id
    writers.add(id, { walk: compiled.walk })
  }
  const id = registry.register(subjectOf(settings.subject, compiled.model, context), compiled.text)
  const ready = isPromise(id) ? id.then(registered) : undefined
  if (!isPromise(id)) registered(id)

  return {
    ...(ready && { ready }),
    encode: (value) => encodeValue(compiled, context, value, ownId),
    decode: (bytes) => decodeValue(compiled, context, writers, bytes) as T,
    prepare: (batch) => writers.fetch(idsOf(batch)),
  }
}

function encodeValue(compiled: CompiledAvro, context: SerdeContext, value: unknown, id: number | undefined): Buffer {
  if ((value === null || value === undefined) && !compiled.acceptsNull) throw nullToEncode(context)
  if (id === undefined) throw notReady(context, 'its schema has not been registered; wait for `ready`')
  try {
    return compiled.encode(value, id)
  } catch (cause) {
    // avsc puts the whole value into its message, which then stands in logs: where we know better, it is left out.
    const misfit = misfitOf(compiled.type, value)
    throw misfit === undefined
      ? serializationFailed(context, messageOf(cause), cause)
      : serializationFailed(context, misfit)
  }
}

/** A value may be such that even looking at it fails: one that contains itself. */
function misfitOf(type: AvscType, value: unknown): string | undefined {
  try {
    return explainMisfit(type, value)
  } catch {
    return undefined
  }
}

function decodeValue(compiled: CompiledAvro, context: SerdeContext, writers: Writers, bytes: Buffer | null): unknown {
  if (bytes === null) throw nullToDecode(context)
  const id = readHeader(bytes)
  if (typeof id === 'string') throw deserializationFailed(context, id)
  const decoder = decoderOf(id, context, writers)
  try {
    const end = decoder.walk(bytes, headerSize)
    if (end < bytes.length) throw new RangeError(`${bytes.length - end} trailing bytes after the value`)
    return compiled.type.decode(bytes, headerSize, decoder.resolver as never).value
  } catch (cause) {
    throw deserializationFailed(context, `${messageOf(cause)} (schema ${id})`, cause)
  }
}

function decoderOf(id: number, context: SerdeContext, writers: Writers): WriterDecoder {
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
function fetchNow(id: number, writers: Writers): WriterDecoder | undefined {
  const pending = writers.fetch([id])
  pending?.catch(() => undefined)
  return pending ? undefined : writers.get(id)
}

/** No record is at fault, so this is an outage and not an error of the record. */
function notReady({ topic, role }: SerdeContext, why: string): OutageError {
  return new OutageError('REGISTRY_UNAVAILABLE', `${topic} (${role}): ${why}`)
}

/** The ids in a batch, most often one and the same. */
function idsOf(batch: readonly (Buffer | null)[]): Iterable<number> {
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
