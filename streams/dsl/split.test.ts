import { topology } from '../graph/topology'
import { long, string } from '../serdes'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'
import { stream } from './stream'

const numbers = topic('numbers', { key: string, value: long })
const out = (name: string) => topic(name, { key: string, value: long })

describe('split', () => {
  test('the first predicate that holds wins, in the order of writing, whatever the order of use', () => {
    const branches = stream(numbers).split({ even: (n) => n % 2 === 0, large: (n) => n > 10 }, 'rest')
    const driver = testDriver(
      topology('split', [
        branches.rest.to(out('rest')),
        branches.large.to(out('large')),
        branches.even.to(out('even')),
      ]),
    )
    for (const n of [1, 2, 11, 12]) driver.input(numbers).pipe('n', n)
    const values = (name: string) =>
      driver
        .output(out(name))
        .read()
        .map(({ value }) => value)
    expect([values('even'), values('large'), values('rest')]).toEqual([[2, 12], [11], [1]])
  })

  test('what no branch takes, and what a branch takes that nobody uses, goes nowhere', () => {
    const { large } = stream(numbers).split({ even: (n) => n % 2 === 0, large: (n) => n > 10 })
    const driver = testDriver(topology('split', [large.to(out('large'))]))
    for (const n of [1, 2, 11, 12]) driver.input(numbers).pipe('n', n)
    expect(driver.output(out('large')).readKeyValues()).toEqual([['n', 11]])
  })

  test.each<[string, () => unknown, string]>([
    [
      'a number for a name',
      () => stream(numbers).split({ 1: () => true }),
      'members named by numbers lose their order',
    ],
    [
      'a name given twice',
      () => stream(numbers).split({ all: () => true }, 'all'),
      'the default branch has the name all',
    ],
    ['no branch', () => stream(numbers).split({}), 'at least one branch'],
  ])('refuses %s', (_, split, message) => {
    expect(split).toThrow(
      expect.objectContaining({ code: 'TOPOLOGY_INVALID', message: expect.stringContaining(message) }),
    )
  })
})

describe('to', () => {
  test('chooses among its topics by value, key, timestamp and headers', () => {
    const [old, traced, others] = [out('old'), out('traced'), out('others')]
    const sink = stream(numbers).to({ old, traced, others }, (_value, _key, { timestamp, headers }) =>
      timestamp < 100 ? 'old' : headers.length > 0 ? 'traced' : 'others',
    )
    const driver = testDriver(topology('routed', [sink]))
    driver.input(numbers).pipe('a', 1, { timestamp: 99 })
    driver.input(numbers).pipe('b', 2, { timestamp: 100, headers: [{ key: 'trace', value: null }] })
    driver.input(numbers).pipe('c', 3, { timestamp: 100 })
    expect([old, traced, others].map((one) => driver.output(one).readKeyValues())).toEqual([
      [['a', 1]],
      [['b', 2]],
      [['c', 3]],
    ])
  })

  test('a topic that is not among them fails the record, with the choice in the message', () => {
    const sink = stream(numbers).to({ only: out('only') }, () => 'other' as 'only')
    const driver = testDriver(topology('routed', [sink]))
    driver.input(numbers).pipe('a', 1)
    expect(driver.failures).toMatchObject([
      { stage: 'processing', error: { message: 'no topic other to write to; the sink was given only' } },
    ])
  })

  test('asks the partitioner, with the number of partitions', () => {
    const partitioner = (value: number, key: string, partitions: number) => (value + key.length) % partitions
    const driver = testDriver(topology('placed', [stream(numbers).to(out('placed'), { partitioner })]), {
      partitions: 3,
    })
    for (const n of [1, 2, 3, 4]) driver.input(numbers).pipe('k', n)
    const placed = driver.output(out('placed')).read()
    expect(placed.map(({ value, partition }) => [value, partition])).toEqual([
      [1, 2],
      [2, 0],
      [3, 1],
      [4, 2],
    ])
  })
})
