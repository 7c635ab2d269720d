/** Named types that one schema file defines and another mentions. */
type Json = Readonly<Record<string, unknown>>

/** A definition as it can stand in any other schema: with its full name. */
export interface Definition {
  readonly file: string
  readonly schema: Json
  /** Of the names inside it. */
  readonly namespace: string
}

const primitives: ReadonlySet<string> = new Set('null boolean int long float double bytes string'.split(' '))
const namedKinds: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])

/** The types that a schema defines, by full name. */
export function definitionsIn(file: string, json: unknown): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>()
  const visit = (schema: unknown, enclosing: string): void => {
    if (Array.isArray(schema)) for (const branch of schema) visit(branch, enclosing)
    if (!isObject(schema)) return
    if (schema.type === 'array') visit(schema.items, enclosing)
    if (schema.type === 'map') visit(schema.values, enclosing)
    if (!namedKinds.has(schema.type) || typeof schema.name !== 'string') return
    const { full, namespace } = nameOf(schema, enclosing)
    if (!found.has(full)) found.set(full, { file, schema, namespace })
    for (const field of fieldsOf(schema)) visit(field.type, namespace)
  }
  visit(json, '')
  return found
}

/**
 * The schema with what it mentions of other files put in where it is first mentioned, so that it stands for itself.
 * Undefined when it mentions nothing of others.
 */
export function standingAlone(json: unknown, others: ReadonlyMap<string, Definition>): unknown {
  const own = new Set(definitionsIn('', json).keys())
  let changed = false
  const resolve = (schema: unknown, enclosing: string): unknown => {
    if (typeof schema === 'string') return reference(schema, enclosing)
    if (Array.isArray(schema)) return schema.map((branch) => resolve(branch, enclosing))
    if (!isObject(schema)) return schema
    if (schema.type === 'array') return { ...schema, items: resolve(schema.items, enclosing) }
    if (schema.type === 'map') return { ...schema, values: resolve(schema.values, enclosing) }
    if (!namedKinds.has(schema.type) || !Array.isArray(schema.fields)) return schema
    const { namespace } = nameOf(schema, enclosing)
    return { ...schema, fields: schema.fields.map((field) => inField(field, namespace)) }
  }
  const inField = (field: unknown, namespace: string): unknown =>
    isObject(field) ? { ...field, type: resolve(field.type, namespace) } : field
  const reference = (name: string, enclosing: string): unknown => {
    const local = enclosing === '' || name.includes('.') ? name : `${enclosing}.${name}`
    const full = own.has(local) || others.has(local) ? local : name
    const definition = others.get(full)
    if (primitives.has(name) || own.has(full) || definition === undefined) return name
    own.add(full)
    changed = true
    const { namespace, schema } = definition
    const fullName = full.slice(full.lastIndexOf('.') + 1)
    return resolve({ ...schema, name: fullName, namespace }, '')
  }
  const result = resolve(json, '')
  return changed ? result : undefined
}

function nameOf(schema: Json, enclosing: string): { readonly full: string; readonly namespace: string } {
  const name = String(schema.name)
  const dot = name.lastIndexOf('.')
  const given = typeof schema.namespace === 'string' ? schema.namespace : enclosing
  const namespace = dot >= 0 ? name.slice(0, dot) : given
  const simple = name.slice(dot + 1)
  return { full: namespace === '' ? simple : `${namespace}.${simple}`, namespace }
}

function fieldsOf({ fields }: Json): readonly Json[] {
  return Array.isArray(fields) ? fields.filter(isObject) : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
