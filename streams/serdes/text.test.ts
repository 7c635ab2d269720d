import * as fc from 'fast-check'
import { utf8Writer } from './text'

test('texts of any length become the UTF-8 they are, and stay so while others are written', () => {
  const texts = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.string()), { maxLength: 100 })
  fc.assert(
    fc.property(texts, (all) => {
      const write = utf8Writer()
      const written = all.map((text) => write(text))
      expect(written.map((bytes) => bytes.toString('hex'))).toEqual(
        all.map((text) => Buffer.from(text).toString('hex')),
      )
    }),
  )
})
