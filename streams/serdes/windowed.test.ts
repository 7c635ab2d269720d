import fc from 'fast-check'
import { serdeContract } from '../testing/contracts/serde'
import { string } from './string'
import { sessionWindowed, timeWindowed } from './windowed'

const context = { topic: 'counts', role: 'key' } as const
const hex = (bytes: Buffer | null) => bytes?.toString('hex')

const timeWindows = timeWindowed(string, 1000)
const sessions = sessionWindowed(string)
const times = fc.nat({ max: Number.MAX_SAFE_INTEGER - 1000 })

serdeContract('timeWindowed', {
  serde: timeWindows,
  values: fc.tuple(fc.string(), times).map(([key, start]) => ({ key, window: { start, end: start + 1000 } })),
  foreign: { 'too short for a start': Buffer.alloc(7) },
  refused: {},
  context: () => context,
})

serdeContract('sessionWindowed', {
  serde: sessions,
  values: fc.record({ key: fc.string(), window: fc.record({ start: times, end: times }) }),
  foreign: { 'too short for start and end': Buffer.alloc(15) },
  refused: {},
  context: () => context,
})

// The bytes are those of WindowedSerdes in Kafka Streams 4.1.1.
test('a time window is written as Kafka Streams writes it', () => {
  const { encode } = timeWindows.open(context)
  const window = { start: 1_700_000_000_123, end: 1_700_000_001_123 }
  expect(hex(encode({ key: 'é', window }))).toBe('c3a90000018bcfe5687b')
  expect(hex(encode({ key: '', window: { start: 0, end: 1000 } }))).toBe('0000000000000000')
})

test('a session is written as Kafka Streams writes it', () => {
  const window = { start: 1_700_000_000_123, end: 1_700_000_009_999 }
  expect(hex(sessions.open(context).encode({ key: 'a', window }))).toBe('610000018bcfe58f0f0000018bcfe5687b')
})
