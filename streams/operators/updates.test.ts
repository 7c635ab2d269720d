import { type Stream, stream } from '../dsl/stream'
import { windowedStore } from '../dsl/windowed-store'
import { session, tumbling } from '../dsl/windows'
import type { End } from '../graph/node'
import { topology } from '../graph/topology'
import { long, nullable, string } from '../serdes'
import { sessionWindowed, timeWindowed } from '../serdes/windowed'
import { timestampedKeyValueStore } from '../stores/declaration'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'

/** Several updates of one key in one record, so in one commit. */
const lines = topic('lines', { key: string, value: string })
const out = topic('out', { key: string, value: nullable(long) })
const cached = { key: string, value: long, caching: true }
const counts = timestampedKeyValueStore('counts', cached)

const numbers = (input: Stream<string, string>) => input.flatMapValues((line) => line.split(' ').map(Number))
const sums = (input: Stream<string, string>) =>
  numbers(input)
    .groupByKey()
    .aggregate(
      () => 0,
      (sum, value) => (value === 0 ? null : sum + value),
      counts,
    )

const open = (end: End) => testDriver(topology('cached', [end]))

describe('a store with caching', () => {
  test('lets only the latest update of a key and commit go on', () => {
    const driver = open(sums(stream(lines)).toStream().to(out))
    driver.input(lines).pipe('a', '1 2 3', { timestamp: 7 })
    driver.input(lines).pipe('a', '4', { timestamp: 5 })
    expect(driver.output(out).read()).toMatchObject([
      { key: 'a', value: 6, timestamp: 7 },
      { key: 'a', value: 10, timestamp: 7 },
    ])
  })

  test('hides a row that came and went within one commit, but not one that was there before', () => {
    const driver = open(sums(stream(lines)).toStream().to(out))
    driver.input(lines).pipe('a', '1 0')
    expect(driver.output(out).readKeyValues()).toEqual([])
    driver.input(lines).pipe('a', '5')
    driver.input(lines).pipe('a', '1 0')
    expect(driver.output(out).readKeyValues()).toEqual([
      ['a', 5],
      ['a', null],
    ])
  })

  test('keeps the store itself up to date meanwhile', () => {
    const driver = open(sums(stream(lines)).toStream().to(out))
    driver.input(lines).pipe('a', '1 2 3')
    expect(driver.store(counts).get('a')).toEqual({ value: 6, timestamp: 0 })
  })

  test('lets the updates of several keys go on in the order of their latest', () => {
    const words = stream(lines).flatMap((line) => line.split(' ').map((word) => [word, 1] as const))
    const counted = words.groupByKey({ name: 'words', key: string, value: long }).count(counts)
    const driver = open(counted.toStream().to(out))
    driver.input(lines).pipe('x', 'a b a c b')
    expect(driver.output(out).readKeyValues()).toEqual([
      ['a', 2],
      ['c', 1],
      ['b', 2],
    ])
  })

  test('tells what depends on it the value before the first update held back', () => {
    const perParity = sums(stream(lines))
      .groupBy((sum) => [sum % 2 === 0 ? 'even' : 'odd', sum], { name: 'parity', key: string, value: long })
      .aggregate(
        () => 0,
        (sum, value) => sum + value,
        (sum, value) => sum - value,
        timestampedKeyValueStore('parity', { key: string, value: long }),
      )
    const driver = open(perParity.toStream().to(out))
    driver.input(lines).pipe('a', '2 1')
    driver.input(lines).pipe('a', '1 1')
    expect(driver.output(out).readKeyValues()).toEqual([
      ['odd', 3],
      ['odd', 5],
    ])
  })

  test('works in windows and sessions', () => {
    const second = tumbling({ seconds: 1 })
    const visits = session({ seconds: 1 })
    const perSecond = topic('per-second', { key: timeWindowed(string, 1000), value: nullable(long) })
    const perVisit = topic('per-visit', { key: sessionWindowed(string), value: nullable(long) })
    const grouped = numbers(stream(lines)).groupByKey()
    const driver = testDriver(
      topology('cached', [
        grouped
          .windowedBy(second)
          .count(windowedStore('seconds', second, cached))
          .toStream()
          .to(perSecond),
        grouped
          .windowedBy(visits)
          .count(windowedStore('visits', visits, cached))
          .toStream()
          .to(perVisit),
      ]),
    )
    driver.input(lines).pipe('a', '1 2 3', { timestamp: 100 })
    driver.input(lines).pipe('a', '4 5', { timestamp: 900 })
    expect(
      driver
        .output(perSecond)
        .read()
        .map(({ value }) => value),
    ).toEqual([3, 5])
    expect(driver.output(perVisit).readKeyValues()).toEqual([
      [{ key: 'a', window: { start: 100, end: 100 } }, 3],
      [{ key: 'a', window: { start: 100, end: 100 } }, null],
      [{ key: 'a', window: { start: 100, end: 900 } }, 5],
    ])
  })

  test('charges a failure after it to the record of the update', () => {
    const failing = sums(stream(lines))
      .toStream()
      .mapValues((sum) => {
        if (sum === 6) throw new Error('six')
        return sum
      })
    const driver = open(failing.to(out))
    driver.input(lines).pipe('a', '1 2 3')
    driver.input(lines).pipe('a', '4')
    expect(driver.output(out).readKeyValues()).toEqual([['a', 10]])
    expect(driver.failures).toMatchObject([{ stage: 'processing', action: 'dead-letter', topic: 'lines', offset: 0 }])
  })
})
