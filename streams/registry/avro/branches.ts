import { invalid } from './invalid'
import { type AvroType, branchName, type UnionType } from './schema'

/** A union of these. @throws TerminalError SCHEMA_INVALID when a branch is a union, or two have one name */
export function branchesOf(branches: readonly AvroType[]): UnionType {
  const seen = new Set<string>()
  for (const branch of branches) {
    if (branch.kind === 'union') return invalid('a union stands directly in a union')
    const name = branchName(branch)
    if (seen.has(name)) return invalid(`a union has the branch ${name} twice`)
    seen.add(name)
  }
  return { kind: 'union', branches }
}
