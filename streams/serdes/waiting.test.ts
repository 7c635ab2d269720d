import fc from 'fast-check'
import { serdeContract } from '../testing/contracts/serde'
import { json } from './json'
import { long } from './long'
import { string } from './string'
import { type JoinTimes, joinTimes, type Waiting, type WaitingKey, waitingKey, waitingValue } from './waiting'

const places: fc.Arbitrary<WaitingKey<string>> = fc.oneof(
  fc.record({
    kind: fc.constant('record' as const),
    timestamp: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    side: fc.constantFrom('left' as const, 'right' as const),
    key: fc.string({ unit: 'binary' }),
  }),
  fc.constant(joinTimes),
)
const waiting: fc.Arbitrary<Waiting | JoinTimes> = fc.oneof(
  fc.record({ side: fc.constant('left' as const), values: fc.array(fc.string(), { minLength: 1 }) }),
  fc.record({ side: fc.constant('right' as const), values: fc.array(fc.integer(), { minLength: 1 }) }),
  fc.record({
    streamTime: fc.integer({ min: -1 }),
    earliestWaiting: fc.oneof(fc.nat(), fc.constant(Number.POSITIVE_INFINITY)),
  }),
)

serdeContract('waitingKey', { serde: waitingKey(string), values: places, foreign: {}, refused: {} })
serdeContract('waitingValue', {
  serde: waitingValue({ left: string, right: long } as Parameters<typeof waitingValue>[0]),
  values: waiting,
  foreign: {},
  refused: {},
})

test('places are ordered by timestamp, the right side before the left, then by the bytes of the key; times come last', () => {
  const { encode } = waitingKey(string).open({ topic: 'open-waiting', role: 'key' })
  const rank = (place: WaitingKey<string>) =>
    place.kind === 'times' ? Number.POSITIVE_INFINITY : place.timestamp * 2 + (place.side === 'left' ? 1 : 0)
  const keyOf = (place: WaitingKey<string>) => Buffer.from(place.kind === 'times' ? '' : place.key)
  fc.assert(
    fc.property(fc.uniqueArray(places, { selector: (place) => encode(place)?.toString('hex') }), (all) => {
      // Doubling the largest timestamps would not be exact.
      const small = all.filter((place) => place.kind === 'times' || place.timestamp < 2 ** 40)
      const byBytes = [...small].sort((a, b) => Buffer.compare(encode(a)!, encode(b)!))
      const byMeaning = [...small].sort((a, b) => {
        const [rankA, rankB] = [rank(a), rank(b)]
        return rankA === rankB ? Buffer.compare(keyOf(a), keyOf(b)) : rankA - rankB
      })
      expect(byBytes).toEqual(byMeaning)
    }),
  )
})

test('the values of the two sides have subjects of their own', () => {
  const topics: string[] = []
  const noting = (name: string) => {
    const serde = json<unknown>()
    return {
      ...serde,
      name,
      open: (context: Parameters<typeof serde.open>[0]) => {
        topics.push(context.topic)
        return serde.open(context)
      },
    }
  }
  waitingValue({ left: noting('a'), right: noting('b') }).open({ topic: 'app-open-waiting-changelog', role: 'value' })
  expect(topics).toEqual(['app-open-waiting-changelog-left', 'app-open-waiting-changelog-right'])
})
