import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadScenarios } from '../test/conformance/scenario'
import { vectorDirectory } from '../test/conformance/vector'
import { describe as describeTopology } from './describe'
import { shop } from './fixtures/shop'

const vectors = vectorDirectory({})

/** Scenarios in which both engines make the same steps: there our text is Java's, byte for byte. */
const sameSteps = [
  'aggregate-tombstone',
  'deserialization-continue',
  'filter-map',
  'flat-map',
  'forward-to-child',
  'group-by-key-count',
  'kv-store-ranges',
  'merge-select-key',
  'process-dedupe',
  'process-values',
  'processing-continue',
  'punctuate-stream-time',
  'session-store-processor',
  'through-topic',
  'window-store-ttl',
]

describe('describe', () => {
  const scenarios = loadScenarios()

  test.each(sameSteps)('%s reads as it does in Java', (name) => {
    const vector = JSON.parse(readFileSync(join(vectors, `${name}.json`), 'utf8')) as { readonly topology: string }
    expect(describeTopology(scenarios.get(name)!().topology)).toBe(vector.topology)
  })

  test('repartition topics, stores and sinks with a choice of topics', () => {
    expect(describeTopology(shop)).toBe(readFileSync(join(__dirname, 'fixtures', 'shop.txt'), 'utf8'))
  })
})
