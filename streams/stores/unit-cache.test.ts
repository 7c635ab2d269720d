import * as fc from 'fast-check'
import { unitCache } from './unit-cache'

test('what is used stays, and what was not used for longest goes first', () => {
  const cache = unitCache<number>(400)
  for (const id of ['a', 'b', 'c']) cache.keep(cache.add(id, 1), 100)
  cache.get('a')
  for (const id of ['d', 'e', 'f']) cache.keep(cache.add(id, 1), 100)
  expect(['a', 'b', 'c', 'd', 'e', 'f'].filter((id) => cache.peek(id) === undefined)).toEqual(
    expect.arrayContaining(['b']),
  )
  expect(cache.peek('f')).toBeDefined()
})

test('what is live is never forgotten', () => {
  const cache = unitCache<number>(400)
  const held = cache.hold('held')
  held.dirty = true
  for (let at = 0; at < 100; at++) cache.keep(cache.add(`other-${at}`, at), 100)
  expect(cache.get('held')).toBe(held)
})

test('a unit of more than half of the room is not kept', () => {
  const cache = unitCache<number>(400)
  cache.keep(cache.add('large', 1), 201)
  expect(cache.get('large')).toBeUndefined()
})

test('the bound holds whatever is read and written', () => {
  const use = fc.record({ id: fc.integer({ min: 0, max: 40 }).map(String), size: fc.integer({ min: 1, max: 150 }) })
  fc.assert(
    fc.property(fc.array(use, { maxLength: 300 }), fc.integer({ min: 0, max: 600 }), (uses, limit) => {
      const cache = unitCache<number>(limit)
      for (const { id, size } of uses) cache.keep(cache.get(id) ?? cache.add(id, size), size)
      const ids = new Set(uses.map(({ id }) => id))
      const kept = [...ids].flatMap((id) => cache.peek(id) ?? [])
      expect(kept.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(limit)
    }),
  )
})
