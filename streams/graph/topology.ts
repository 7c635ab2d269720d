import { MillraceError } from '../errors'
import type { AnyStoreDeclaration } from '../stores/declaration'
import { type End, storesOf } from './node'
import type { GlobalTableSource } from './specs/global-table'
import { type Step, stepsOf } from './steps'
import { type SubTopology, subTopologiesOf } from './subtopologies'

/** A checked, frozen topology: what `worker`, the test driver and `describe` work from. */
export interface Topology {
  /** Durable: the default application id and part of the fingerprint. */
  readonly name: string
  readonly steps: readonly Step[]
  readonly subTopologies: readonly SubTopology[]
  readonly stores: ReadonlyMap<string, AnyStoreDeclaration>
  /** What every process reads whole; no sub-topology has them. */
  readonly globalTables: readonly GlobalTableSource[]
}

/**
 * Makes a topology of its ends: everything that leads to one of them is part of it, and nothing else.
 * @throws MillraceError TOPOLOGY_INVALID, saying what is wrong and what to do
 * @example
 * topology('shouts', [stream(lines).mapValues((line) => line.toUpperCase()).to(shouts)])
 */
export function topology(name: string, ends: readonly End[]): Topology {
  if (!/^[a-zA-Z0-9._-]{1,200}$/.test(name)) {
    throw invalid(
      `topology name ${JSON.stringify(name)} may hold letters, digits, '.', '_' and '-' only: topics are named after it`,
    )
  }
  if (ends.length === 0)
    throw invalid(`topology ${name} has no ends; give it at least one, such as stream(…).to(topic)`)
  const steps = stepsOf(ends)
  refuseRepeatedNames(steps)
  const stores = storesByName(steps)
  const globalTables = globalTablesOf(steps, stores)
  return Object.freeze({ name, steps, stores, subTopologies: subTopologiesOf(steps), globalTables })
}

function storesByName(steps: readonly Step[]): ReadonlyMap<string, AnyStoreDeclaration> {
  const stores = new Map<string, AnyStoreDeclaration>()
  for (const step of steps) {
    for (const store of storesOf(step.node)) {
      const known = stores.get(store.name)
      if (known !== undefined && known !== store) {
        throw invalid(`two stores are named ${store.name}; declare it once and use that declaration in both places`)
      }
      stores.set(store.name, store)
    }
  }
  return stores
}

function globalTablesOf(
  steps: readonly Step[],
  stores: ReadonlyMap<string, AnyStoreDeclaration>,
): readonly GlobalTableSource[] {
  const tables = new Map<string, GlobalTableSource>()
  for (const { node } of steps) {
    if (node.spec.type !== 'global-table-join') continue
    const { table } = node.spec
    const { name } = table.store
    if (stores.has(name) || (tables.get(name) ?? table) !== table) {
      throw invalid(`two stores are named ${name}; declare a global table once and use that handle in all places`)
    }
    tables.set(name, table)
  }
  return [...tables.values()]
}

function refuseRepeatedNames(steps: readonly Step[]): void {
  const seen = new Set<string>()
  for (const step of steps) {
    const { spec } = step.node
    const name =
      step.role === 'repartition-sink' && spec.type === 'repartition' ? `repartition ${spec.repartition}` : step.name
    if (seen.has(name)) throw invalid(`the name ${name} is used twice; names within a topology are unique`)
    seen.add(name)
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', message)
}
