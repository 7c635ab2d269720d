import { type Placed, placedJson } from './placed-json'

/** Where a schema file defines its types and their fields. */
export interface Places {
  /** Of a type by its full name, or of one of its fields; undefined where the file does not define it. */
  lineOf(type: string, field?: string): number | undefined
}

export interface Defined {
  readonly fullName: string
  readonly namespace: string
  readonly schema: Placed
  readonly members: ReadonlyMap<string, Placed>
}

const namedKinds: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])

/** Calls back for every named type that the text defines, outer ones first. @throws JsonProblem */
export function definedTypes(root: Placed, visit: (defined: Defined) => void): void {
  const walk = (schema: Placed | undefined, enclosing: string): void => {
    if (schema?.items) for (const branch of schema.items) walk(branch, enclosing)
    const members = schema?.members
    if (schema === undefined || members === undefined) return
    const kind = members.get('type')
    if (kind?.members || kind?.items) walk(kind, enclosing)
    walk(members.get('items'), enclosing)
    walk(members.get('values'), enclosing)
    if (!namedKinds.has(kind?.value)) return
    const defined = { ...nameOf(members, enclosing), schema, members }
    visit(defined)
    for (const field of members.get('fields')?.items ?? []) walk(field.members?.get('type'), defined.namespace)
  }
  walk(root, '')
}

/** A text that is no JSON has no places. */
export function placesOf(text: string): Places {
  const lines = new Map<string, number>()
  const add = (key: string, line: number) => lines.has(key) || lines.set(key, line)
  try {
    definedTypes(placedJson(text), ({ fullName, schema, members }) => {
      add(fullName, schema.line)
      for (const field of members.get('fields')?.items ?? []) {
        add(`${fullName}#${String(field.members?.get('name')?.value)}`, field.line)
      }
    })
  } catch {
    lines.clear()
  }
  return { lineOf: (type, field) => lines.get(field === undefined ? type : `${type}#${field}`) }
}

function nameOf(members: ReadonlyMap<string, Placed>, enclosing: string) {
  const name = String(members.get('name')?.value)
  const dot = name.lastIndexOf('.')
  const given = members.get('namespace')?.value
  const namespace = dot >= 0 ? name.slice(0, dot) : typeof given === 'string' ? given : enclosing
  const simple = name.slice(dot + 1)
  return { fullName: namespace === '' ? simple : `${namespace}.${simple}`, namespace }
}
