/** What Avro's named types are called in TypeScript. */
import { type AvroType, simpleName } from '../avro/schema'

/** Names that TypeScript has for itself, or that a declaration of ours would hide from the module around it. */
const reserved: ReadonlySet<string> = new Set([
  ...'any bigint boolean never null number object string symbol undefined unknown void'.split(' '),
  ...'break case catch class const continue debugger default delete do else enum export extends'.split(' '),
  ...'false finally for function if import in instanceof new return super switch this throw true'.split(' '),
  ...'try typeof var while with Buffer Date WithDefaults'.split(' '),
  ...'as async await declare implements interface let module namespace package private protected'.split(' '),
  ...'public readonly require static type yield Number'.split(' '),
])

/** Records, and enums that are more than one literal: what a module declares. */
export type DeclaredType = Extract<AvroType, { readonly kind: 'record' | 'enum' }>

/** The declared types that schemas mention, each once, in the order in which they are met. */
export function declaredTypes(roots: readonly AvroType[]): readonly DeclaredType[] {
  const found = new Map<string, DeclaredType>()
  const walk = (type: AvroType): void => {
    if (type.kind === 'array') walk(type.items)
    else if (type.kind === 'map') walk(type.values)
    else if (type.kind === 'union') for (const branch of type.branches) walk(branch)
    else if (type.kind === 'enum' && type.symbols.length > 1 && !found.has(type.name)) found.set(type.name, type)
    else if (type.kind === 'record' && !found.has(type.name)) {
      found.set(type.name, type)
      for (const field of type.fields) walk(field.type)
    }
  }
  for (const root of roots) walk(root)
  return [...found.values()]
}

/**
 * The simple name where only one type has it; otherwise as many parts of the namespaces stand before it as tell the types
 * apart. A name that TypeScript has for itself gets an underscore. What a type is called depends on no order.
 */
export function typeNames(fullNames: readonly string[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string[]>()
  for (const full of [...fullNames].sort()) {
    const name = simpleName(full)
    groups.set(name, [...(groups.get(name) ?? []), full])
  }
  const names = new Map<string, string>()
  const taken = new Set<string>(reserved)
  const claim = (full: string, wanted: string) => {
    const name = free(wanted, taken)
    taken.add(name)
    names.set(full, name)
  }
  const clashing = [...groups.values()].filter((group) => group.length > 1)
  for (const group of groups.values()) if (group.length === 1) claim(group[0]!, simpleName(group[0]!))
  for (const group of clashing) {
    const depth = depthThatTellsApart(group)
    for (const full of group) claim(full, qualified(full, depth))
  }
  return names
}

/** A name that is not taken: the wanted one, or it with underscores. */
export function free(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) || reserved.has(wanted) ? free(`${wanted}_`, taken) : wanted
}

/** Words of a file's name as one name: `order-event` is `OrderEvent`. */
export function pascal(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^[A-Za-z]/.test(joined) ? joined : `_${joined}`
}

function depthThatTellsApart(group: readonly string[]): number {
  const deepest = Math.max(...group.map((full) => full.split('.').length))
  for (let depth = 1; depth < deepest; depth++) {
    if (new Set(group.map((full) => qualified(full, depth))).size === group.length) return depth
  }
  return deepest
}

function qualified(full: string, depth: number): string {
  const parts = full.split('.')
  return pascal(parts.slice(0, -1).slice(-depth).join('-')).replace(/^_$/, '') + parts.at(-1)!
}
