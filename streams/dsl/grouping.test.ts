import { topology } from '../graph/topology'
import { json, long, nullable, string } from '../serdes'
import { timestampedKeyValueStore } from '../stores/declaration'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'
import { joinStores } from './join-stores'
import { type Stream, stream } from './stream'
import { untilTimeLimit, untilWindowCloses } from './suppress'
import { table } from './table'
import { windowedStore } from './windowed-store'
import { session, sliding, tumbling } from './windows'
import { within } from './within'

interface Click {
  readonly page: string
}

const clicks = topic('clicks', { key: string, value: json<Click>() })
const counts = timestampedKeyValueStore('counts', { key: string, value: long })
const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'TOPOLOGY_INVALID', message: expect.stringMatching(message) })

describe('grouping after a change of key', () => {
  const byPage = stream(clicks).selectKey(({ page }) => page)

  test('says what to write where it is not told how to repartition', () => {
    expect(() => byPage.groupByKey()).toThrow(invalid(/groupByKey\({ name, key, value }\); name, key is missing/))
    expect(() => byPage.groupByKey({ name: 'pages' })).toThrow(invalid(/key is missing/))
    expect(() =>
      stream(clicks)
        .mapValues(({ page }) => page)
        .groupBy((page) => page, { name: 'pages', key: string }),
    ).toThrow(invalid(/groupBy\(select, { name, key, value }\); value is missing/))
  })

  test('takes the serde of the values from the topic where they still are of it', () => {
    const counted = byPage.groupByKey({ name: 'pages', key: string }).count(counts)
    const driver = testDriver(topology('pages', [counted.toStream().foreach(() => undefined)]), { partitions: 2 })
    driver.input(clicks).pipe('ann', { page: '/a' }, { partition: 0 })
    driver.input(clicks).pipe('bob', { page: '/a' }, { partition: 1 })
    const found = [0, 1].map((partition) => driver.store(counts, partition).get('/a')?.value)
    expect(found.filter((count) => count !== undefined)).toEqual([2])
    expect(driver.describe()).toContain('pages-pages-repartition')
  })

  test('a key that has not changed needs nothing, and nothing is repartitioned', () => {
    const counted = stream(clicks)
      .mapValues(({ page }) => page)
      .groupByKey({ name: 'pages', key: string })
      .count(counts)
    const { steps } = topology('pages', [counted.toStream().foreach(() => undefined)])
    expect(steps.map(({ role }) => role)).not.toContain('repartition-sink')
  })
})

describe('a join after a change of key', () => {
  const gaps = topic('gaps', { key: string, value: nullable(string) })
  const out = topic('out', { key: nullable(string), value: string })
  const stores = joinStores('pairs', { key: string, left: string, right: string })
  const first = (value: string | null) => (value === null || value === '' ? null : value[0]!)
  const pair = (left: string | null, right: string | null) => `${left}+${right}`
  const others = topic('others', { key: string, value: nullable(string) })
  const rekeyed = stream(gaps).selectKey(first)
  const withOthers = stream(others).selectKey(first)

  test('repartitions both sides under the name of the stores', () => {
    const joined = rekeyed.join(withOthers, pair, within({ ms: 100 }), stores)
    const driver = testDriver(topology('joined', [joined.to(out)]), { partitions: 3 })
    driver.input(gaps).pipe('x', 'a1', { timestamp: 1 })
    driver.input(others).pipe('y', 'a2', { timestamp: 2 })
    expect(driver.output(out).readKeyValues()).toEqual([['a', 'a1+a2']])
    expect(driver.describe()).toContain('joined-pairs-left-repartition')
    expect(driver.describe()).toContain('joined-pairs-right-repartition')
  })

  test('lets a record without a key through to an outer join, and drops it before an inner one', () => {
    const window = within({ ms: 100 })
    const run = (joined: Stream<string | null, string>) => {
      const driver = testDriver(topology('joined', [joined.to(out)]))
      driver.input(gaps).pipe('x', '', { timestamp: 1 })
      driver.input(others).pipe('y', '', { timestamp: 2 })
      return { results: driver.output(out).readKeyValues(), dropped: Object.fromEntries(driver.dropped) }
    }
    expect(run(rekeyed.join(withOthers, pair, window, stores))).toEqual({
      results: [],
      dropped: { 'null key before a repartition': 2 },
    })
    expect(run(rekeyed.leftJoin(withOthers, pair, window, stores))).toEqual({
      results: [[null, '+null']],
      dropped: { 'null key in a stream join': 1 },
    })
    expect(run(rekeyed.outerJoin(withOthers, pair, window, stores))).toEqual({
      results: [
        [null, '+null'],
        [null, 'null+'],
      ],
      dropped: {},
    })
  })
})

describe('what is left out is counted by its reason', () => {
  test('in windows', () => {
    const gaps = topic('gaps', { key: nullable(string), value: nullable(long) })
    const grouped = stream(gaps).groupByKey()
    const [tens, near, visits] = [tumbling({ ms: 10 }), sliding({ ms: 10 }), session({ ms: 10 })]
    const counted = [
      grouped.windowedBy(tens).count(windowedStore('tens', tens, { key: string, value: long })),
      grouped.windowedBy(near).count(windowedStore('near', near, { key: string, value: long })),
      grouped.windowedBy(visits).count(windowedStore('visits', visits, { key: string, value: long })),
    ]
    const driver = testDriver(
      topology(
        'late',
        counted.map((one) => one.toStream().foreach(() => undefined)),
      ),
    )
    driver.input(gaps).pipe('a', 1, { timestamp: 1000 })
    driver.input(gaps).pipe('a', 1, { timestamp: 900 })
    driver.input(gaps).pipe(null, 1, { timestamp: 1000 })
    driver.input(gaps).pipe('a', null, { timestamp: 1000 })
    expect(Object.fromEntries(driver.dropped)).toEqual({
      'late for its window': 2,
      'late for its session': 1,
      'null key': 3,
      'null value': 1,
    })
  })

  test('at the source, when the timestamp extractor says so', () => {
    const numbers = topic('numbers', { key: string, value: long })
    const source = stream(numbers, { timestampExtractor: ({ value }) => value as number })
    const driver = testDriver(topology('extracted', [source.foreach(() => undefined)]))
    driver.input(numbers).pipe('a', -1)
    driver.input(numbers).pipe('a', 1)
    expect(Object.fromEntries(driver.dropped)).toEqual({ 'negative timestamp': 1 })
    expect(driver.failures).toEqual([])
  })
})

describe('a suppression', () => {
  test('says which serde is missing', () => {
    const mapped = table(topic('rows', { key: string, value: long })).mapValues((value) => `${value}`)
    expect(() => mapped.suppress(untilTimeLimit({ ms: 1 }), { name: 'calm' })).toThrow(
      invalid(/suppress\(…, { name: 'calm', key, value }\); value is missing/),
    )
  })

  test('holds back at least one record', () => {
    expect(() => untilWindowCloses({ maxRecords: 0 })).toThrow(invalid(/at least 1 record/))
  })
})
