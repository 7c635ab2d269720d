import { firstDifference, questionsOf } from './compare'
import { runScenario } from './run'
import type { Scenario } from './scenario'
import type { VectorFile } from './vector'

export interface Verdict {
  readonly scenario: string
  readonly passed: boolean
  /** The first difference, or what was thrown. */
  readonly difference?: string
}

/** Runs one vector file. A file whose scenario has no topology has failed. */
export function check(file: VectorFile, scenarios: ReadonlyMap<string, () => Scenario>): Verdict {
  try {
    const vector = file.read()
    const make = scenarios.get(vector.scenario)
    if (make === undefined) {
      return failed(vector.scenario, `no topology for scenario ${vector.scenario} in test/conformance/topologies`)
    }
    const observed = runScenario(make(), vector, questionsOf(vector))
    const difference = firstDifference(vector, observed)
    return difference === undefined ? { scenario: vector.scenario, passed: true } : failed(vector.scenario, difference)
  } catch (error) {
    return failed(file.name, error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

function failed(scenario: string, difference: string): Verdict {
  return { scenario, passed: false, difference }
}
