import fc from 'fast-check'
import { cents, centsOf, moneyOf, sumOfItems } from './money'

describe('money', () => {
  test.each([
    ['45.99', 4599n],
    ['45.9', 4590n],
    ['45', 4500n],
    ['0.01', 1n],
    ['9999999999.99', 999999999999n],
  ])('%s is %s cents', (text, expected) => {
    expect(centsOf(text)).toBe(expected)
  })

  test.each(['-1', '1.234', '1e3', '', '.5', '5.', '12345678901', 'NaN', ' 1', '0x10', '1,5'])(
    '%p is no amount',
    (text) => {
      expect(centsOf(text)).toBeUndefined()
      expect(() => cents(text)).toThrow(RangeError)
    },
  )

  test('every amount survives a round trip, as text and as a JSON number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 999999999999n }), (amount) => {
        expect(centsOf(moneyOf(amount))).toBe(amount)
        expect(centsOf(String(JSON.parse(JSON.stringify(Number(moneyOf(amount))))))).toBe(amount)
      }),
    )
  })

  test('a sum of prices that binary fractions would miss is exact', () => {
    expect(
      sumOfItems([
        { price: '0.10', quantity: 1 },
        { price: '0.20', quantity: 1 },
        { price: '12.99', quantity: 2 },
      ]),
    ).toBe(2628n)
  })
})
