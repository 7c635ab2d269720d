/**
 * From the text of a schema to its value, by the rules of Avro's Java parser (`Schema.Parser`, 1.12): names are checked and
 * resolved, also before their definition; a logical type that does not fit is ignored.
 */
import { messageOf } from '../../errors'
import { branchesOf } from './branches'
import { type Context, define, find, isPrimitive, newContext } from './context'
import { definition } from './definitions'
import { invalid } from './invalid'
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJson } from './json'
import { link } from './link'
import { logicalTypeOf } from './logical'
import { propsOf, required } from './members'
import type { AvroType } from './schema'

/**
 * @param references texts of schemas whose names this one may use, and each other's
 * @throws TerminalError SCHEMA_INVALID
 */
export function parseAvro(text: string, references: readonly string[] = []): AvroType {
  const context = newContext()
  try {
    for (const reference of references) build(json(reference), context, '')
    return link(build(json(text), context, ''), context)
  } catch (error) {
    if (error instanceof RangeError) return invalid('the schema is nested too deeply')
    throw error
  }
}

/** The same from a value of JavaScript. @throws TerminalError SCHEMA_INVALID */
export function parseAvroJson(schema: unknown): AvroType {
  return parseAvro(JSON.stringify(schema) ?? '')
}

function json(text: string): Json {
  try {
    return parseJson(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) return invalid(`the schema is not JSON: ${messageOf(cause)}`, cause)
    throw cause
  }
}

/** A type, with stand-ins for what is not defined yet. */
function build(schema: Json, context: Context, around: string): AvroType {
  if (typeof schema === 'string') return find(context, schema, around)
  if (isJsonArray(schema)) return branchesOf(schema.map((branch) => build(branch, context, around)))
  if (isJsonObject(schema)) return buildObject(schema, context, around)
  return invalid(`${JSON.stringify(schema)} is not a schema`)
}

function buildObject(schema: JsonObject, context: Context, around: string): AvroType {
  const kind = schema.get('type')
  if (typeof kind !== 'string') return invalid('a schema lacks its "type", or it is not the name of one')
  const props = propsOf(schema)
  if (isPrimitive(kind)) {
    const logical = logicalTypeOf(kind, schema)
    return { kind, props, ...(logical && { logical }) }
  }
  if (kind === 'array') return { kind, items: build(required(schema, 'items'), context, around), props }
  if (kind === 'map') return { kind, values: build(required(schema, 'values'), context, around), props }
  const { name, type } = definition(kind, schema, around, (part, namespace) => build(part, context, namespace))
  return define(context, name, type)
}
