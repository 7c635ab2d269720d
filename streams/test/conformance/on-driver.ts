import { failFast } from '../../graph/policy'
import { testDriver } from '../../testing/driver'
import { questionsOf } from './compare'
import { answersOf, type Final, storesOf } from './final'
import { asVectorRecord, namedTopics, take } from './run'
import type { Scenario } from './scenario'
import type { Vector } from './vector'

/** What the test driver makes of a vector's steps on that many partitions, one step after the other. */
export function runOnDriver(scenario: Scenario, vector: Vector, partitions: number): Final {
  const { topology, onError = failFast } = scenario
  const driver = testDriver(topology, { partitions, initialWallClock: vector.initialWallClock, onError })
  try {
    const topicNamed = namedTopics(scenario)
    for (const step of vector.steps) take(driver, step, topicNamed)
    // A global table has one store, whatever partition is asked.
    const storesNamed = (name: string) => [
      ...new Set(Array.from({ length: partitions }, (_, partition) => driver.storeNamed(name, partition))),
    ]
    const outputs = Object.keys(vector.outputTopics).map((name) => {
      const records = driver.output(topicNamed(name)).read()
      return [name, records.map((record) => ({ ...asVectorRecord(record), partition: record.partition }))] as const
    })
    return {
      outputs: Object.fromEntries(outputs),
      stores: storesOf(vector, storesNamed),
      asOf: answersOf(questionsOf(vector), storesNamed),
    }
  } finally {
    driver.close()
  }
}
