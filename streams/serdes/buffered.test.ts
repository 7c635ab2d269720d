import fc from 'fast-check'
import { serdeContract } from '../testing/contracts/serde'
import { type Buffered, type BufferPlace, type BufferTimes, buffered, bufferPlace, bufferTimes } from './buffered'
import { string } from './string'

const bytes = fc.uint8Array().map((array) => Buffer.from(array))
const time = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER })
const value = fc.option(fc.string())

const updates: fc.Arbitrary<Buffered<string> | BufferTimes> = fc.oneof(
  fc.record({
    kind: fc.constant('update' as const),
    timestamp: time,
    headers: fc.array(fc.record({ key: fc.string(), value: fc.option(bytes) }), { maxLength: 3 }),
    newValue: value,
    oldValue: value,
    prior: value,
  }),
  fc.record({ kind: fc.constant('times' as const), streamTime: time }),
)
const places: fc.Arbitrary<BufferPlace<string>> = fc.oneof(
  fc.record({
    kind: fc.constant('update' as const),
    time: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    key: fc.string(),
  }),
  fc.constant(bufferTimes),
)

serdeContract('bufferPlace', { serde: bufferPlace(string), values: places, foreign: {}, refused: {} })
serdeContract('buffered', { serde: buffered(string), values: updates, foreign: {}, refused: {} })
