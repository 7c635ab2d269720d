import { messageOf } from '../../errors'
import { parseAvro } from '../../registry/avro/parse'
import type { AvroType } from '../../registry/avro/schema'
import { parseRegistered } from '../../registry/references'
import { encrypting, type PersonalForm } from '../encryption/encrypting'
import { personalFields } from '../encryption/fields'
import type { Serde } from '../serde'
import type { Upcaster } from '../upcast/chain'
import type { WriterSchema } from '../upcast/history'
import { shapeOf } from '../upcast/shape'
import { defaultLimits } from './codec'
import { type AvroSettings, type CompiledAvro, compiledAvro, openAvro } from './coder'
import type { AvroSchema } from './schema'
import { subjectOf } from './subjects'

/** What a schema tags as personal (`"confluent:tags": ["PII"]`) is sealed before it is written, whatever the options. */
export interface PersonalOptions {
  /** `open` reads personal fields as they were, or redacted where the person is forgotten. Default sealed. */
  readonly personal?: PersonalForm
  /** The field that names the person, where the schema does not say so by `"millrace.subject": true`. */
  readonly subjectField?: string
}

/** Everything has a default. */
export interface AvroOptions<T = unknown> extends Partial<Omit<AvroSettings, 'upcasters'>>, PersonalOptions {
  /** A chain for each event that has changed in a way that Avro's resolution cannot express; it must end at the present one. */
  readonly upcasters?: readonly Upcaster<T>[]
}

/**
 * Avro in the Confluent wire format, so that any client with the registry can read it. The schema is registered when the
 * serde is opened. What other versions of the schema wrote is read as this one, as Avro resolves it; a union's values are
 * plain objects, told apart by a field that each branch has as an enum of one symbol (`eventType`) or by their structure.
 *
 * Values: `long` and timestamps are numbers, exact or refused, or bigints (`long: 'bigint'`); `decimal` is text such as
 * `"45.99"`, never rounded; `uuid` is text; `date` is text such as `"2024-01-31"`; a duration is `{ months, days, millis }`;
 * `logical` chooses other forms; bytes and fixed are Buffers; a union with null is `T | null`.
 * @throws TerminalError SCHEMA_INVALID when the text is no schema, or, on opening, when branches cannot be told apart
 * @example
 * const orderEvents = topic('order-events', { key: string, value: avro(orderEventSchema) })
 */
export function avro<T>(schema: AvroSchema<T> | string, options: AvroOptions<NoInfer<T>> = {}): Serde<T> {
  const text = typeof schema === 'string' ? schema : schema.text
  const type = parseAvro(text)
  const values = typeof schema === 'string' ? {} : schema.values
  const settings: AvroSettings = { subject: 'topicName', missTtlMs: 60_000, ...defaultLimits, ...values, ...options }
  let compiled: CompiledAvro | undefined
  const compile = () => {
    compiled ??= compiledAvro(text, type, settings)
    return compiled
  }
  const serde: Serde<T> = Object.freeze({
    name: `avro:${nameOf(type)}`,
    nullable: false,
    open: (context) => openAvro<T>(compile(), context),
    history: (place) => ({
      subject: subjectOf(settings.subject, type, place),
      lacking: (writer) => lackingIn(writer, compile()),
      isPresent: (writer) => isSame(writer, type),
    }),
  } satisfies Serde<T>)
  const { personal = 'sealed', subjectField } = options
  const { unions } = settings
  const fields = personalFields(type, {
    ...(subjectField !== undefined && { subjectField }),
    ...(unions && { unions }),
  })
  return fields === undefined ? serde : encrypting(serde, fields, personal)
}

/** A schema that is of no use here lacks everything. */
function lackingIn(writer: WriterSchema, { lacking }: CompiledAvro): readonly string[] {
  let parsed: AvroType
  try {
    parsed = parseRegistered({ id: 0, ...writer })
  } catch (error) {
    return [messageOf(error)]
  }
  return lacking(parsed)
}

function isSame(writer: WriterSchema, type: AvroType): boolean {
  try {
    return shapeOf(parseRegistered({ id: 0, ...writer })) === shapeOf(type)
  } catch {
    return false
  }
}

/** What stays when the schema evolves: a union goes by the namespace its branches share. */
function nameOf(type: AvroType): string {
  if (type.kind !== 'union') return 'name' in type ? type.name : type.kind
  const namespaces = new Set(type.branches.map((branch) => ('name' in branch ? namespaceOf(branch.name) : '')))
  const [only] = namespaces
  return namespaces.size === 1 && only ? only : 'union'
}

function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')))
}
