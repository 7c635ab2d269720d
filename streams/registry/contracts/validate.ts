/** Whether the files of a directory are schemas: texts, names, references and defaults, each finding with its line. */
import { join } from 'node:path'
import { messageOf } from '../../errors'
import { parseAvro } from '../avro/parse'
import type { Finding } from './check'
import { type Contracts, type SchemaSource, standaloneOf } from './contracts'
import { JsonProblem, type Placed, placedJson } from './placed-json'
import { type Defined, definedTypes, type Places, placesOf } from './places'

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/
const primitives: ReadonlySet<unknown> = new Set('null boolean int long float double bytes string'.split(' '))

/** In the order of files and lines; empty when all is well. */
export function validateContracts({ directory, sources }: Contracts): readonly Finding[] {
  const owners = new Map<string, string>()
  return sources.flatMap((source) => {
    const findings = validateSource(source, sources, owners)
    const placed = findings.map((one) => ({ ...one, file: join(directory, source.file) }))
    return placed.sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
  })
}

type Found = Omit<Finding, 'file'>

/** @param owners the files in which types have been defined so far, by full name */
function validateSource(
  source: SchemaSource,
  sources: readonly SchemaSource[],
  owners: Map<string, string>,
): readonly Found[] {
  let root: Placed
  try {
    root = placedJson(source.text)
  } catch (error) {
    if (error instanceof JsonProblem) return [{ line: error.line, rule: 'JSON', message: error.message }]
    throw error
  }
  const findings: Found[] = []
  definedTypes(root, (defined) => {
    findings.push(...namesIn(defined), ...definedTwice(defined, source.file, owners))
  })
  if (findings.length > 0) return findings
  const schema = standaloneOf(source, sources)
  const places = placesOf(source.text)
  const problem = problemOf(withDefaults(schema, () => false))
  if (problem !== undefined) return [{ ...mentioned(problem, root, places), rule: 'SCHEMA', message: problem }]
  return defaultsThatDoNotFit(schema, places)
}

function namesIn({ fullName, namespace, schema, members }: Defined): readonly Found[] {
  const bad = (line: number, name: unknown, what: string, field?: string): Found => ({
    line,
    ...(field !== undefined && { field }),
    rule: 'NAME',
    message: `${JSON.stringify(name)} cannot be ${what}: letters, digits and _ only, no digit first`,
  })
  const findings: Found[] = []
  const simple = fullName.slice(fullName.lastIndexOf('.') + 1)
  if (!namePattern.test(simple))
    findings.push(bad(members.get('name')?.line ?? schema.line, simple, 'the name of a type'))
  if (namespace !== '' && !namespace.split('.').every((part) => namePattern.test(part)))
    findings.push(bad(schema.line, namespace, `the namespace of ${simple}`))
  const seen = new Set<unknown>()
  for (const { line, members: field } of members.get('fields')?.items ?? []) {
    const name = field?.get('name')?.value
    const path = `${simple}.${String(name)}`
    if (typeof name !== 'string' || !namePattern.test(name))
      findings.push(bad(line, name, `a field of ${simple}`, path))
    else if (seen.size === seen.add(name).size)
      findings.push({ line, field: path, rule: 'DUPLICATE', message: `${simple} has the field ${name} twice` })
  }
  for (const { line, value } of members.get('symbols')?.items ?? []) {
    if (typeof value !== 'string' || !namePattern.test(value))
      findings.push(bad(line, value, `a symbol of ${simple}`, simple))
  }
  return findings
}

/** One type belongs in one file; the others mention it by its name. */
function definedTwice({ fullName, schema }: Defined, file: string, owners: Map<string, string>): readonly Found[] {
  const owner = owners.get(fullName) ?? file
  owners.set(fullName, owner)
  if (owner === file) return []
  const message = `${fullName} is defined in ${owner} too; define it once and mention it by its name`
  return [{ line: schema.line, field: fullName, rule: 'DUPLICATE', message }]
}

/** Tries each default by itself, so that every one that does not fit is told. */
function defaultsThatDoNotFit(schema: string, places: Places): readonly Found[] {
  if (problemOf(schema) === undefined) return []
  const fields: { readonly type: string; readonly field: string; readonly at: number }[] = []
  eachDefault(schema, (type, field, at) => fields.push({ type, field, at }))
  return fields.flatMap(({ type, field, at }) => {
    const message = problemOf(withDefaults(schema, (other) => other === at))
    const line = places.lineOf(type, field)
    // One in a type of another file is told there.
    if (message === undefined || line === undefined) return []
    return [{ line, field: `${type.slice(type.lastIndexOf('.') + 1)}.${field}`, rule: 'DEFAULT', message }]
  })
}

function eachDefault(schema: string, visit: (type: string, field: string, at: number) => void): void {
  definedTypes(placedJson(schema), ({ fullName, members }) => {
    for (const field of members.get('fields')?.items ?? []) {
      const at = field.members?.get('default')?.nameAt
      if (at !== undefined) visit(fullName, String(field.members?.get('name')?.value), at)
    }
  })
}

/** The text with only the chosen defaults of fields; the others become a property that means nothing. */
function withDefaults(schema: string, keep: (at: number) => boolean): string {
  const masked: number[] = []
  eachDefault(schema, (_type, _field, at) => keep(at) || masked.push(at))
  masked.sort((one, other) => one - other)
  const ends = masked.map((at) => at + '"default"'.length)
  const between = [0, ...ends].map((from, index) => schema.slice(from, masked[index]))
  return between.join('"_default"')
}

function problemOf(schema: string): string | undefined {
  try {
    parseAvro(schema)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** The line of what a message is about: a name that nobody defines, else the type or field that it names. */
function mentioned(message: string, root: Placed, places: Places): Pick<Found, 'line' | 'field'> {
  const names = message.match(/[\p{L}_][\p{L}\p{N}_.]*/gu) ?? []
  for (const name of names) {
    const dot = name.lastIndexOf('.')
    const line = places.lineOf(name) ?? places.lineOf(name.slice(0, dot), name.slice(dot + 1))
    if (line !== undefined) return { line, field: name }
  }
  const written = names.flatMap((name) => [name, name.slice(name.lastIndexOf('.') + 1)])
  const use = written.filter((name) => !primitives.has(name)).flatMap((name) => lineOfText(root, name) ?? [])
  return { line: use[0] ?? 1 }
}

function lineOfText({ line, value, items, members }: Placed, text: string): number | undefined {
  if (value === text) return line
  for (const inner of [...(items ?? []), ...(members?.values() ?? [])]) {
    const found = lineOfText(inner, text)
    if (found !== undefined) return found
  }
  return undefined
}
