import fc from 'fast-check'
import { byteLru } from './byte-lru'

test('what is used stays, what is not goes', () => {
  const lru = byteLru<{ readonly id: string; readonly size: number }>(1000)
  lru.set({ id: 'used', size: 10 })
  lru.set({ id: 'idle', size: 10 })
  for (let at = 0; at < 500; at++) {
    lru.set({ id: String(at), size: 10 })
    expect(lru.get('used')).toBeDefined()
  }
  expect(lru.peek('idle')).toBeUndefined()
})

test('property: a found item is the latest one set, and all together stay within the bytes', () => {
  const id = fc.constantFrom(...'abcdefghijklmnop')
  const step = fc.oneof(fc.record({ set: id, size: fc.nat(60) }), fc.record({ get: id }), fc.record({ delete: id }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lru = byteLru<{ readonly id: string; readonly size: number }>(100)
      const latest = new Map<string, { readonly id: string; readonly size: number }>()
      for (const step of steps) {
        if ('set' in step) {
          const item = { id: step.set, size: step.size }
          lru.set(item)
          latest.set(item.id, item)
        } else if ('get' in step) {
          const found = lru.get(step.get)
          if (found !== undefined) expect(found).toBe(latest.get(step.get))
        } else {
          lru.delete(step.delete)
          latest.delete(step.delete)
        }
        const held = [...'abcdefghijklmnop'].flatMap((id) => lru.peek(id) ?? [])
        expect(held.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(100)
        for (const item of held) expect(item).toBe(latest.get(item.id))
      }
    }),
    { numRuns: 1000 },
  )
})
