import fc from 'fast-check'
import { decodePartitionTime, encodePartitionTime } from './partition-time'

test('comes back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }), (time) => {
      expect(decodePartitionTime(encodePartitionTime(time))).toBe(time)
    }),
  )
})

test('is written as Kafka Streams reads it', () => {
  expect(Buffer.from(encodePartitionTime(258), 'base64')).toEqual(Buffer.from([1, 0, 0, 0, 0, 0, 0, 1, 2]))
})

test('what another has written there is no time', () => {
  for (const text of ['', 'checkpoint', 'AA==']) expect(decodePartitionTime(text)).toBe(-1)
})

test('a later version of Kafka Streams begins with the time too', () => {
  const bytes = Buffer.concat([
    Buffer.from([2]),
    Buffer.from(encodePartitionTime(258), 'base64').subarray(1),
    Buffer.alloc(4),
  ])
  expect(decodePartitionTime(bytes.toString('base64'))).toBe(258)
})
