import { parseDouble } from './doubles'

test.each([
  ['1.5', 1.5],
  [' +2e3f\n', 2000],
  ['.5D', 0.5],
  ['5.', 5],
  ['-NaN', Number.NaN],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
  ['0x1p3', 8],
  ['-0X1.8p-1d', -0.75],
  ['0x.8P1', 1],
])('%j is a double, as Java reads it', (text, value) => {
  expect(parseDouble(text)).toBe(value)
})

test.each(['', 'abc', '1,5', '1e', '0x', '0x1', '0x.p1', 'nan', '1 2', '.', '1_000', '٣'])('%j is none', (text) => {
  expect(parseDouble(text)).toBeUndefined()
})
