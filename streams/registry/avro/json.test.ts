import fc from 'fast-check'
import { equalJson, parseJson, plainJson } from './json'

describe('the JSON of schemas', () => {
  test('is JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plainJson(parseJson(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each(['{"a":1,"a":2}', '/* c */ {"a": // c\n2}', '{"a":/**/2 }\n\t \u0000', ' \r\n\t{\t"a"\n:\r2 } '])(
    'takes %j',
    (text) => {
      expect(plainJson(parseJson(text))).toEqual({ a: 2 })
    },
  )

  test.each([
    ...[
      '',
      ' ',
      '{',
      '[1',
      '{"a"}',
      '{"a":1,}',
      '[1,]',
      '{a:1}',
      "'a'",
      '"a',
      '"\n"',
      '"\\x"',
      '"\\u00g0"',
      'nul',
      'truex',
    ],
    ...[
      '01',
      '+1',
      '.5',
      '1.',
      '1e',
      '-',
      'NaN',
      'Infinity',
      '0x1',
      '1 2',
      '1 // c',
      '\ufeff1',
      '[1]]',
      '/* 1',
      '\u00a01',
    ],
    `${'['.repeat(1002)}${']'.repeat(1002)}`,
    '1'.repeat(1001),
  ])('refuses %.20j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  test('keeps numbers as they are written', () => {
    expect(parseJson('[9007199254740993, 1.0, -0, 1E2]')).toEqual([
      { digits: '9007199254740993', integral: true },
      { digits: '1.0', integral: false },
      { digits: '-0', integral: true },
      { digits: '1E2', integral: false },
    ])
  })

  test('keeps a member __proto__, and long texts', () => {
    expect(Object.keys(plainJson(parseJson('{"__proto__":1}')) as object)).toEqual(['__proto__'])
    const long = JSON.stringify('\\"é\n'.repeat(500_000))
    expect(parseJson(long)).toBe(JSON.parse(long))
  })

  test.each([
    ['1', '1.0', false],
    ['1.0', '1.00', true],
    ['-0', '0', true],
    ['9007199254740993', '9007199254740992', false],
    ['{"a":1,"b":[null]}', '{"b":[null],"a":1}', true],
    ['{"a":1}', '{"a":1,"b":2}', false],
    ['[1]', '[1,2]', false],
    ['{"a":1}', '[1]', false],
    ['"1"', '1', false],
  ])('%s and %s are equal: %p', (one, other, equal) => {
    expect(equalJson(parseJson(one), parseJson(other))).toBe(equal)
    expect(equalJson(parseJson(other), parseJson(one))).toBe(equal)
  })
})
