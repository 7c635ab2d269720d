/** What a sink has encoded is not encoded again by the store that holds the same value, and is never taken for anything else. */
import { stream } from '../../dsl/stream'
import { topology } from '../../graph/topology'
import { json, plainSerde, type Serde, string } from '../../serdes'
import { type KeyValueStore, keyValueStore, timestampedKeyValueStore } from '../../stores'
import { testDriver } from '../../testing'
import { topic } from '../../topics'

interface Sum {
  readonly sum: number
}

/** JSON that counts how often it is asked to write. */
function countingJson() {
  let written = 0
  const encode = (value: Sum) => {
    written += 1
    return Buffer.from(JSON.stringify(value))
  }
  const open = () => plainSerde<Sum>({ name: 'counting', encode, decode: (bytes) => JSON.parse(String(bytes)) as Sum })
  return { open, written: () => written }
}

const numbers = topic('numbers', { key: string, value: json<number>() })
const rowsIn = (value: Serde<Sum>) => timestampedKeyValueStore('rows', { key: string, value })
const summed = (rows: ReturnType<typeof rowsIn>) =>
  stream(numbers)
    .groupByKey()
    .aggregate(
      () => ({ sum: 0 }),
      ({ sum }, number) => ({ sum: sum + number }),
      rows,
    )
    .toStream()

test('a row that goes out as it went into its store is encoded once', () => {
  const coding = countingJson()
  const sums = topic('sums', { key: string, value: coding.open() })
  const rows = rowsIn(coding.open())
  const driver = testDriver(topology('summed', [summed(rows).to(sums)]))
  driver.input(numbers).pipe('a', 1)
  driver.input(numbers).pipe('b', 5)
  driver.input(numbers).pipe('a', 2)
  expect(coding.written()).toBe(3)
  expect(driver.output(sums).readKeyValues()).toEqual([
    ['a', { sum: 1 }],
    ['b', { sum: 5 }],
    ['a', { sum: 3 }],
  ])
  driver.restart() // from the changelog
  expect([...driver.store(rows).all()].map(({ key, value }) => [key, value.value])).toEqual([
    ['a', { sum: 3 }],
    ['b', { sum: 5 }],
  ])
})

test('a topic that writes the value otherwise has bytes of its own', () => {
  const shouted = plainSerde<Sum>({
    name: 'shouted',
    encode: ({ sum }) => Buffer.from(`${sum}!`),
    decode: (bytes) => ({ sum: Number.parseInt(String(bytes), 10) }),
  })
  const sums = topic('sums', { key: string, value: shouted })
  const rows = rowsIn(json<Sum>())
  const driver = testDriver(topology('summed', [summed(rows).to(sums)]))
  driver.input(numbers).pipe('a', 1)
  driver.restart()
  expect(driver.store(rows).get('a')).toMatchObject({ value: { sum: 1 } })
})

const kept = keyValueStore('kept', { key: string, value: json<Sum>() })
const other = keyValueStore('other', { key: string, value: json<Sum>() })
type Kept = KeyValueStore<string, Sum>

test.each<[string, (kept: Kept, other: Kept, forward: (value: Sum) => void) => void]>([
  [
    'put again after it was forwarded',
    (store, _, forward) => {
      const value = { sum: 1 }
      store.put('a', value)
      forward(value)
      store.put('a', { sum: 2 })
    },
  ],
  [
    'forwarded after another was put',
    (store, _, forward) => {
      const value = { sum: 1 }
      store.put('a', value)
      store.put('a', { sum: 2 })
      forward(value)
    },
  ],
  [
    'forwarded after another key was put',
    (store, _, forward) => {
      const value = { sum: 1 }
      store.put('b', value)
      store.put('a', { sum: 2 })
      forward(value)
    },
  ],
  [
    'forwarded after another store was given one',
    (store, second, forward) => {
      const value = { sum: 2 }
      store.put('a', value)
      second.put('a', { sum: 7 })
      forward(value)
    },
  ],
  [
    'forwarded after it was deleted',
    (store, second, forward) => {
      const value = { sum: 1 }
      second.put('a', value)
      second.delete('a')
      store.put('a', { sum: 2 })
      forward(value)
      second.put('a', { sum: 7 })
    },
  ],
  [
    'put once more as it was',
    (store, _, forward) => {
      const value = { sum: 2 }
      store.put('a', value)
      forward(value)
      store.put('a', value)
    },
  ],
])('a store comes back with what it was given last: %s', (_, run) => {
  const out = topic('out', { key: string, value: json<Sum>() })
  const running = stream(numbers).process<string, Sum, readonly [typeof kept, typeof other]>(
    (context) => ({
      process: ({ timestamp, headers }) =>
        run(context.store(kept), context.store(other), (value) =>
          context.forward({ key: 'a', value, timestamp, headers }),
        ),
    }),
    { stores: [kept, other] },
  )
  const driver = testDriver(topology('running', [running.to(out)]))
  driver.input(numbers).pipe('a', 1)
  const before = [driver.store(kept).get('a'), driver.store(other).get('a')]
  expect(before[0]).toEqual({ sum: 2 })
  driver.restart()
  expect([driver.store(kept).get('a'), driver.store(other).get('a')]).toEqual(before)
})
