import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorPolicy } from '../../graph/policy'
import type { Topology } from '../../graph/topology'
import type { Topic } from '../../topics'

/** What a scenario is run with. It knows nothing of steps and expected values. */
export interface Scenario {
  readonly topology: Topology
  /** Every input and output topic of the vector, by its name there. Stores are found in the topology by theirs. */
  readonly topics: readonly Topic<never, never>[]
  /** Default: what is at fault fails the scenario. */
  readonly onError?: ErrorPolicy
}

/** What each file of `topologies/` exports as `scenarios`: by the name of the vector's file. */
export type Scenarios = Readonly<Record<string, () => Scenario>>

/** The topics of a scenario, whatever their types. */
export function topics(...all: readonly { readonly name: string }[]): readonly Topic<never, never>[] {
  return all as readonly Topic<never, never>[]
}

/** The map from scenario name to topology, put together from all files of `topologies/`. */
export function loadScenarios(directory = join(__dirname, 'topologies')): ReadonlyMap<string, () => Scenario> {
  const all = new Map<string, () => Scenario>()
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.ts')) continue
    const { scenarios } = require(join(directory, file)) as { readonly scenarios: Scenarios }
    for (const [name, make] of Object.entries(scenarios)) {
      if (all.has(name)) throw new Error(`scenario ${name} has two topologies; the second is in ${file}`)
      all.set(name, make)
    }
  }
  return all
}
