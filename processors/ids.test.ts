import { derivedId } from './ids'

describe('derived ids', () => {
  test('the same parts give the same id, and where the parts are cut matters', () => {
    expect(derivedId('a', 'bc')).toBe(derivedId('a', 'bc'))
    expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'))
  })
})
