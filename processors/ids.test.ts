import { derivedId, uuid5 } from './ids'

describe('derived ids', () => {
  test('uuid5 gives the example of RFC 9562, appendix A.4', () => {
    const dns = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex')
    expect(uuid5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
  })

  test('the same parts give the same id, and where the parts are cut matters', () => {
    expect(derivedId('a', 'bc')).toBe(derivedId('a', 'bc'))
    expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'))
  })
})
