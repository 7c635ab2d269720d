/** Names as Avro's Java parser takes them by default: letters and digits of any script. */
import { invalid } from './invalid'

/** Java looks at UTF-16 units, of which the halves of a pair are no letters. */
const namePattern = /^(?!.*[\u{10000}-\u{10FFFF}])[\p{L}_][\p{L}\p{Nd}_]*$/u

export interface Name {
  readonly simple: string
  /** Empty where there is none. */
  readonly namespace: string
  readonly full: string
}

/** A name with the namespace it stands in, unless it brings its own. @throws TerminalError SCHEMA_INVALID */
export function nameOf(name: string, around: string, what: string): Name {
  const dot = name.lastIndexOf('.')
  const namespace = dot < 0 ? around : name.slice(0, dot)
  const simple = checkName(name.slice(dot + 1), what)
  return { simple, namespace, full: namespace === '' ? simple : `${namespace}.${simple}` }
}

/** @throws TerminalError SCHEMA_INVALID */
export function checkName(name: unknown, what: string): string {
  if (typeof name === 'string' && namePattern.test(name)) return name
  const shown = typeof name === 'string' ? JSON.stringify(name) : 'what is no text'
  return invalid(`${shown} cannot be the ${what}: letters, digits and _ only, no digit first`)
}

/** Namespaces are looked at where a type is defined, not where it is mentioned. @throws TerminalError SCHEMA_INVALID */
export function checkNamespace({ full, namespace }: Name): void {
  if (namespace !== '') for (const part of namespace.split('.')) checkName(part, `namespace of ${full}`)
}
