import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stream } from '../dsl/stream'
import { json, long, nullable, type Serde, string } from '../serdes'
import { keyValueStore, sessionStore, timestampedKeyValueStore } from '../stores/declaration'
import { topic } from '../topics'
import { fingerprint, fingerprintHash, fingerprintText } from './fingerprint'
import { shop } from './fixtures/shop'
import { type Topology, topology } from './topology'
import { changesText, diffTopologies } from './topology-diff'

const words = (partitions?: number) => topic('words', { key: string, value: string, partitions })
const lengths = topic('lengths', { key: string, value: nullable(long) })

interface Shape {
  readonly name?: string
  readonly store?: string
  readonly value?: Serde<number>
  readonly changelog?: boolean
  readonly backend?: 'persistent' | 'memory'
  readonly partitions?: number
  readonly regrouped?: string
}

/** Counts words by their length. */
function wordLengths(shape: Shape = {}): Topology {
  const { name = 'lengths', store = 'counts', value = long, partitions, regrouped = 'by-length', ...options } = shape
  const counts = stream(words(partitions))
    .groupBy((word) => String(word.length), { name: regrouped, key: string })
    .count(timestampedKeyValueStore(store, { key: string, value, ...options }))
  return topology(name, [counts.toStream().to(lengths)])
}

const breaks = (before: Topology, after: Topology) =>
  diffTopologies(before, after)
    .filter(({ kind }) => kind === 'incompatible')
    .map(({ subject, message }) => `${subject}: ${message}`)

describe('fingerprint', () => {
  test('is what it was when the fixture was written', () => {
    const text = readFileSync(join(__dirname, 'fixtures', 'shop.fingerprint.json'), 'utf8')
    expect(fingerprintText(fingerprint(shop))).toBe(text)
  })

  test('does not know of functions, derived names and serdes that write the same bytes', () => {
    const renamed = topology('lengths', [
      stream(topic('words', { key: string, value: nullable(string) }))
        .peek(() => undefined)
        .groupBy((word) => `${word?.length}`, { name: 'by-length', key: string, value: nullable(string) })
        .count(timestampedKeyValueStore('counts', { key: string, value: long }))
        .toStream()
        .filter(() => true)
        .to(lengths),
    ])
    expect(fingerprintHash(fingerprint(renamed))).toBe(fingerprintHash(fingerprint(wordLengths())))
  })

  test('counts partitions where they are known, of what depends on them too', () => {
    const counted = (of: Topology, partitionsOf?: () => number) => {
      const { stores, repartitions } = fingerprint(of, { partitionsOf })
      return [stores[0]?.partitions, repartitions[0]?.partitions]
    }
    expect(counted(wordLengths())).toEqual([null, null])
    expect(counted(wordLengths({ partitions: 3 }))).toEqual([3, 3])
    expect(counted(wordLengths({ partitions: 3 }), () => 6)).toEqual([6, 6])
  })

  test('leaves out a store that nothing keeps', () => {
    const { stores } = fingerprint(wordLengths({ changelog: false, backend: 'memory' }))
    expect(stores).toEqual([])
  })
})

describe('diffTopologies', () => {
  test('the same topology has no changes', () => {
    expect(diffTopologies(wordLengths(), wordLengths())).toEqual([])
    expect(diffTopologies(wordLengths(), wordLengths({ partitions: 5 }))).toEqual([])
  })

  test.each<[string, Shape, readonly string[]]>([
    ['another name', { name: 'other' }, ['application: the application id was lengths and is other']],
    ['a renamed store', { store: 'totals' }, ['store counts: is gone; its changelog lengths-counts-changelog']],
    ['another value serde', { value: json<number>() }, ['store counts: value was long and is json']],
    ['a changelog switched off', { changelog: false }, ['store counts: has a changelog no more']],
    [
      'a renamed repartition topic',
      { regrouped: 'lengths' },
      ['repartition topic lengths-by-length-repartition: is read no more'],
    ],
    [
      'another number of partitions',
      { partitions: 8 },
      [
        'store counts: partitions was 4 and is 8',
        'repartition topic lengths-by-length-repartition: partitions was 4 and is 8',
      ],
    ],
  ])('%s is incompatible', (_, shape, expected) => {
    const found = breaks(wordLengths({ partitions: 4 }), wordLengths({ partitions: 4, ...shape }))
    expect(found).toHaveLength(expected.length)
    expected.forEach((text, index) => {
      expect(found[index]).toContain(text)
    })
  })

  test('a changelog switched on is incompatible: what the store holds already would not be in it', () => {
    expect(breaks(wordLengths({ changelog: false }), wordLengths())).toEqual([
      expect.stringContaining('has a changelog now'),
    ])
  })

  test('a new store is compatible, the other way round it is not', () => {
    const before = wordLengths()
    const seen = keyValueStore('seen', { key: string, value: long })
    const after = topology('lengths', [
      ...[before].flatMap(({ steps }) =>
        steps.filter(({ children }) => children.length === 0).map(({ node }) => ({ end: node })),
      ),
      stream(topic('others', { key: string, value: string }))
        .process(() => ({ process: () => undefined }), { stores: [seen] })
        .to(topic('out', { key: string, value: string })),
    ])
    expect(breaks(before, after)).toEqual([])
    expect(breaks(after, before)).toEqual([expect.stringContaining('store seen: is gone')])
  })

  test('another retention is rebuilt from the changelog, and lost where there is none', () => {
    const visits = (retentionMs: number, changelog: boolean) =>
      topology('visits', [
        stream(words())
          .process(() => ({ process: () => undefined }), {
            stores: [sessionStore('visits', { key: string, value: long, retentionMs, changelog })],
          })
          .to(words()),
      ])
    expect(changesText(diffTopologies(visits(1000, true), visits(2000, true)))).toBe(
      'rebuild: store visits: retentionMs was 1000 and is 2000; it is rebuilt from its changelog',
    )
    expect(breaks(visits(1000, false), visits(2000, false))).toHaveLength(1)
  })
})
