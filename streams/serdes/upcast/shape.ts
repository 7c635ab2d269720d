import type { AvroType } from '../../registry/avro/schema'

/**
 * What two versions of a record have in common when they mean the same: names, types and their logical types, in order.
 * Avro's canonical form leaves out the logical types, whose change is just what a chain is for. Docs, defaults, aliases
 * and tags make no difference to what was written.
 */
export function shapeOf(type: AvroType): string {
  const seen = new Set<string>()
  const describe = (of: AvroType): unknown => {
    switch (of.kind) {
      case 'array':
        return ['array', describe(of.items)]
      case 'map':
        return ['map', describe(of.values)]
      case 'union':
        return of.branches.map(describe)
      case 'record':
        if (seen.has(of.name)) return of.name
        seen.add(of.name)
        return [of.kind, of.name, of.fields.map(({ name, type: inner }) => [name, describe(inner)])]
      case 'enum':
        return [of.kind, of.name, of.symbols]
      case 'fixed':
        return [of.kind, of.name, of.size, of.logical]
      default:
        return [of.kind, of.logical]
    }
  }
  return JSON.stringify(describe(type))
}
