import { stream } from '../dsl/stream'
import { table } from '../dsl/table'
import { deadLetter } from '../graph/policy'
import { topology } from '../graph/topology'
import { nullable, string } from '../serdes'
import { timestampedKeyValueStore, versionedStore } from '../stores/declaration'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'

const orders = topic('orders', { key: nullable(string), value: string })
const names = topic('names', { key: string, value: string })
const out = topic('out', { key: nullable(string), value: string })
const history = versionedStore('history', { key: string, value: string, historyRetentionMs: 10_000 })
const latest = timestampedKeyValueStore('latest', { key: string, value: string })

const refusing = (order: string, name: string | null) => {
  if (order === 'bad') throw new Error('this order cannot be joined')
  return `${order}@${name}`
}

describe('a stream that waits for late rows', () => {
  const joined = topology('waiting', [
    stream(orders)
      .leftJoin(table(names, history), refusing, { name: 'named', key: string, value: string, grace: { ms: 100 } })
      .to(out),
  ])

  test('records come out in the order of their time, with the row as of then', () => {
    const driver = testDriver(joined)
    const order = driver.input(orders)
    order.pipe('a', 'second', { timestamp: 20 })
    order.pipe('a', 'first', { timestamp: 10 })
    driver.input(names).pipe('a', 'Ada', { timestamp: 15 })
    expect(driver.output(out).read()).toEqual([])
    order.pipe('b', 'later', { timestamp: 130 })
    expect(driver.output(out).read()).toMatchObject([
      { key: 'a', value: 'first@null', timestamp: 10 },
      { key: 'a', value: 'second@Ada', timestamp: 20 },
    ])
  })

  test('one that cannot be joined is charged to itself, and those that waited beside it come out', () => {
    const driver = testDriver(joined, { onError: deadLetter })
    const order = driver.input(orders)
    for (const value of ['before', 'bad', 'behind']) order.pipe('a', value, { timestamp: 10 })
    order.pipe('a', 'innocent', { timestamp: 200 })
    order.pipe('a', 'after it', { timestamp: 400 })
    expect(
      driver
        .output(out)
        .read()
        .map(({ value }) => value),
    ).toEqual(['before@null', 'behind@null', 'innocent@null'])
    expect(
      driver
        .deadLetters(orders)
        .read()
        .map(({ value }) => value?.toString()),
    ).toEqual(['bad'])
  })

  test('a restart forgets neither what waits nor how far the stream was', () => {
    const driver = testDriver(joined)
    const order = driver.input(orders)
    order.pipe('a', 'waiting', { timestamp: 1000 })
    driver.restart()
    order.pipe('a', 'late', { timestamp: 500 })
    expect(driver.output(out).read()).toMatchObject([{ value: 'late@null', timestamp: 500 }])
    order.pipe('a', 'on time', { timestamp: 1100 })
    expect(driver.output(out).read()).toMatchObject([{ value: 'waiting@null', timestamp: 1000 }])
  })
})

describe('a join of a stream whose key has changed', () => {
  const rekeyed = stream(orders).selectKey((order) => (order === '' ? null : order.charAt(0)))
  const run = (kind: 'join' | 'leftJoin') => {
    const named = table(names, latest)
    const options = { name: 'by-letter', value: string }
    const join = kind === 'join' ? rekeyed.join(named, refusing, options) : rekeyed.leftJoin(named, refusing, options)
    const driver = testDriver(topology('rekeyed', [join.to(out)]), { partitions: 3 })
    driver.input(names).pipe('x', 'Xaver', { timestamp: 1 })
    for (const order of ['', 'xy']) driver.input(orders).pipe('a', order, { timestamp: 2 })
    return driver
      .output(out)
      .read()
      .map(({ key, value }) => [key, value])
  }

  test('without a key a record has no partner', () => {
    expect(run('join')).toEqual([['x', 'xy@Xaver']])
  })

  test('and a left join keeps it, behind the repartition as before it', () => {
    expect(run('leftJoin').sort()).toEqual(
      [
        [null, '@null'],
        ['x', 'xy@Xaver'],
      ].sort(),
    )
  })
})
