/** One text for Avro schemas that say the same, docs, defaults and all other attributes included. */
type Json = Readonly<Record<string, unknown>>

const namedKinds: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])
const first = ['type', 'name', 'doc', 'fields', 'symbols', 'items', 'values', 'size', 'default', 'aliases', 'order']

/**
 * White space, the order of attributes, `namespace` (names become full ones) and objects that only hold the name of a type
 * (`{"type": "int"}`) make no difference any more.
 */
export function normalizeAvro(text: string): string {
  const json: unknown = JSON.parse(text)
  const defined = new Set<string>()
  collect(json, '', defined)
  const normal = JSON.stringify(normalize(json, '', defined))
  // Numbers that JavaScript cannot hold would not come back as they were.
  return keepsNumbers(text, normal) ? normal : text
}

function collect(schema: unknown, namespace: string, defined: Set<string>): void {
  if (Array.isArray(schema)) for (const branch of schema) collect(branch, namespace, defined)
  if (!isObject(schema)) return
  const inner = namedKinds.has(schema.type) ? namespaceOf(schema, namespace) : namespace
  if (namedKinds.has(schema.type)) defined.add(fullName(schema, namespace))
  for (const part of [schema.items, schema.values, namedKinds.has(schema.type) ? undefined : schema.type]) {
    collect(part, inner, defined)
  }
  if (Array.isArray(schema.fields)) for (const field of schema.fields) collect(field?.type, inner, defined)
}

function normalize(schema: unknown, namespace: string, defined: ReadonlySet<string>): unknown {
  if (typeof schema === 'string') return referred(schema, namespace, defined)
  if (Array.isArray(schema)) return schema.map((branch) => normalize(branch, namespace, defined))
  if (!isObject(schema)) return schema
  const isNamed = namedKinds.has(schema.type)
  const inner = isNamed ? namespaceOf(schema, namespace) : namespace
  const { namespace: _, ...rest } = schema
  const out = {
    ...rest,
    ...(isNamed && { name: fullName(schema, namespace) }),
    ...(!isNamed && { type: normalize(schema.type, inner, defined) }),
    ...('items' in schema && { items: normalize(schema.items, inner, defined) }),
    ...('values' in schema && { values: normalize(schema.values, inner, defined) }),
    ...(Array.isArray(schema.fields) && { fields: schema.fields.map((field) => fieldOf(field, inner, defined)) }),
    ...(isNamed && Array.isArray(schema.aliases) && { aliases: schema.aliases.map((one) => qualified(one, inner)) }),
  }
  const keys = Object.keys(out)
  return keys.length === 1 && keys[0] === 'type' ? out.type : ordered(out)
}

function fieldOf(field: unknown, namespace: string, defined: ReadonlySet<string>): unknown {
  if (!isObject(field)) return field
  const { order, ...rest } = field
  const out = { ...rest, type: normalize(field.type, namespace, defined), ...(order !== 'ascending' && { order }) }
  return ordered(out, ['name', ...first])
}

function ordered(json: Json, order = first): Json {
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  const keys = Object.keys(json).filter((key) => json[key] !== undefined)
  keys.sort((one, other) => place(one) - place(other) || (one < other ? -1 : 1))
  return Object.fromEntries(keys.map((key) => [key, json[key]]))
}

function referred(name: string, namespace: string, defined: ReadonlySet<string>): string {
  const local = qualified(name, namespace)
  return defined.has(local) ? local : name
}

function qualified(name: unknown, namespace: string): string {
  return String(name).includes('.') || namespace === '' ? String(name) : `${namespace}.${name}`
}

function fullName(schema: Json, enclosing: string): string {
  return qualified(schema.name, namespaceOf(schema, enclosing))
}

function namespaceOf(schema: Json, enclosing: string): string {
  const name = String(schema.name)
  if (name.includes('.')) return name.slice(0, name.lastIndexOf('.'))
  return typeof schema.namespace === 'string' ? schema.namespace : enclosing
}

function keepsNumbers(text: string, normal: string): boolean {
  const numbers = (json: string) =>
    (json.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/-?\d[\d.eE+-]*/g) ?? []).sort().join()
  return numbers(text) === numbers(normal)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
