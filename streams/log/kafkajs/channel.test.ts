import fc from 'fast-check'
import { splitFrames } from './channel'

test('a size that is none is refused', () => {
  expect(() => splitFrames(() => undefined)(Buffer.from([255, 255, 255, 255, 1]))).toThrow(/-1 bytes/)
})

test('frames are found again, in whatever pieces they arrive, and do not change with the memory of a piece', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (lengths, pieces) => {
      const frames = lengths.map((length, index) => Buffer.alloc(length, index + 1))
      const stream = Buffer.concat(
        frames.flatMap((frame) => {
          const size = Buffer.alloc(4)
          size.writeInt32BE(frame.length)
          return [size, frame]
        }),
      )
      const found: Buffer[] = []
      const split = splitFrames((frame) => void found.push(frame))
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = pieces[turn % pieces.length]!
        const piece = Buffer.from(stream.subarray(at, at + size))
        split(piece)
        piece.fill(0xff)
        at += size
      }
      expect(found).toEqual(frames)
    }),
  )
})
