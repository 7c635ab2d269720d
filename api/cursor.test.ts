import fc from 'fast-check'
import { cursorOf, positionOf } from './cursor'

test('a cursor leads back to its position, and is made of characters that a URL takes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string({ unit: 'grapheme' }), (createdAt, orderId) => {
      const cursor = cursorOf({ createdAt, orderId })
      expect(positionOf(cursor)).toEqual({ createdAt, orderId })
      expect(encodeURIComponent(cursor)).toBe(cursor)
    }),
  )
})

test('any other text is no cursor', () => {
  fc.assert(fc.property(fc.string(), (text) => expect(positionOf(text)).toBeUndefined()))
  expect(positionOf(Buffer.from('{"a":1}').toString('base64url'))).toBeUndefined()
  expect(positionOf(Buffer.from('[1.5,"x"]').toString('base64url'))).toBeUndefined()
})
