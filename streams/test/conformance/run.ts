import { failFast } from '../../graph/policy'
import type { Header } from '../../log/port'
import type { VersionedStore } from '../../stores/store'
import { type TestDriver, type TestRecord, testDriver } from '../../testing/driver'
import type { Topic } from '../../topics'
import type { Scenario } from './scenario'
import { storeEntries } from './stores'
import { windowedKey } from './values'
import type { AsOfEntry, Emitted, PipeStep, StoreEntry, Vector, VectorRecord, VectorStep } from './vector'

/** What our engine made of a vector's steps, in the vector's own terms. */
export interface Observed {
  /** Per step. */
  readonly emitted: readonly Emitted[]
  readonly stores: Readonly<Record<string, readonly StoreEntry[]>>
  readonly asOf: Readonly<Record<string, readonly AsOfEntry[]>>
}

/** The keys and times to ask a versioned store for; the answers are not given to the run. */
export type AsOfQuestions = Readonly<Record<string, readonly (readonly [key: string, asOf: number])[]>>

export type Stimulus = Pick<Vector, 'initialWallClock' | 'steps' | 'outputTopics' | 'stores'>

/** Pipes the steps of a vector through the test driver. */
export function runScenario(scenario: Scenario, vector: Stimulus, questions: AsOfQuestions): Observed {
  const driver = testDriver(scenario.topology, {
    initialWallClock: vector.initialWallClock,
    onError: scenario.onError ?? failFast,
  })
  try {
    const topicNamed = namedTopics(scenario)
    const outputs = Object.keys(vector.outputTopics).map((name) => [name, driver.output(topicNamed(name))] as const)
    const emitted = vector.steps.map((step) => {
      take(driver, step, topicNamed)
      const read = outputs.map(([name, output]) => [name, output.read().map(asVectorRecord)] as const)
      return Object.fromEntries(read.filter(([, records]) => records.length > 0))
    })
    return { emitted, stores: contents(driver, vector.stores), asOf: answers(driver, questions) }
  } finally {
    driver.close()
  }
}

export type TopicNamed = (name: string) => Topic<unknown, unknown>

/** The scenario's topics by the names that the vector gives them. */
export function namedTopics(scenario: Scenario): TopicNamed {
  const byName = new Map(scenario.topics.map((topic) => [topic.name, topic]))
  return (name) => {
    const topic = byName.get(name)
    if (topic === undefined) throw new Error(`the scenario's topology names no topic ${name}`)
    return topic as unknown as Topic<unknown, unknown>
  }
}

export function take(driver: TestDriver, step: VectorStep, topicNamed: TopicNamed): void {
  if ('pipe' in step) pipe(driver, step, topicNamed)
  else driver.advanceWallClock(step.advanceWallClock)
}

function pipe(driver: TestDriver, step: PipeStep, topicNamed: TopicNamed): void {
  const { topic, key, value, rawValue, timestamp } = step.pipe
  const headers = headersOf(step.pipe)
  const input = driver.input(topicNamed(topic))
  if (rawValue === undefined) input.pipe(key, value, { timestamp, headers })
  else input.pipeBytes(key === null ? null : Buffer.from(key), Buffer.from(rawValue), { timestamp, headers })
}

export function headersOf({ headers = [] }: PipeStep['pipe']): readonly Header[] {
  return headers.map(([name, text]) => ({ key: name, value: Buffer.from(text) }))
}

export function asVectorRecord({ key, value, timestamp, headers }: TestRecord<unknown, unknown>): VectorRecord {
  const record = { key: windowedKey(key), value, timestamp }
  if (headers.length === 0) return record
  return { ...record, headers: headers.map((header) => [header.key, header.value?.toString() ?? ''] as const) }
}

function contents(driver: TestDriver, stores: Vector['stores']): Observed['stores'] {
  return Object.fromEntries(
    Object.entries(stores).map(([name, { kind }]) => [name, storeEntries(kind, driver.storeNamed(name))]),
  )
}

function answers(driver: TestDriver, questions: AsOfQuestions): Observed['asOf'] {
  return Object.fromEntries(
    Object.entries(questions).map(([name, asked]) => {
      const store = driver.storeNamed(name) as VersionedStore<string, unknown>
      return [
        name,
        asked.map(([key, asOf]) => {
          const found = store.get(key, asOf)
          return [key, asOf, found?.value ?? null, found?.timestamp ?? null] as const
        }),
      ]
    }),
  )
}
