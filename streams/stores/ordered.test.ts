import fc from 'fast-check'
import { ordered } from './ordered'

interface Item {
  readonly id: string
  readonly value: number
}

test('property: an ordered map holds what was set, in order, however it was set', () => {
  // Enough ids that chunks split and merge.
  const id = fc.integer({ min: 0, max: 3000 }).map((at) => String(at).padStart(4, '0'))
  const fill = fc.record({ from: fc.nat(2000), count: fc.nat(900), step: fc.constantFrom(1, -1, 7) })
  const step = fc.oneof(
    fc.record({ set: id }),
    fc.record({ delete: id }),
    fc.record({ fill }),
    fc.record({ drop: fill }),
    fc.record({ range: fc.record({ from: id, to: id, reverse: fc.boolean() }, { requiredKeys: [] }) }),
  )
  const idsOf = ({ from, count, step }: { from: number; count: number; step: number }) =>
    Array.from({ length: count }, (_, at) => String((((from + at * step) % 3000) + 3000) % 3000).padStart(4, '0'))

  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const map = ordered<Item>()
      const model = new Map<string, Item>()
      const open: { readonly taken: Iterable<Item>; readonly expected: readonly Item[] }[] = []
      let value = 0
      const set = (id: string) => {
        const item = { id, value: value++ }
        map.set(item)
        model.set(id, item)
      }
      const remove = (id: string) => {
        map.delete(id)
        model.delete(id)
      }
      for (const step of steps) {
        if ('set' in step) set(step.set)
        else if ('delete' in step) remove(step.delete)
        else if ('fill' in step) idsOf(step.fill).forEach(set)
        else if ('drop' in step) idsOf(step.drop).forEach(remove)
        else {
          const { from = '', to = '~', reverse } = step.range
          const expected = [...model.values()]
            .filter(({ id }) => id >= from && id < to)
            .sort((a, b) => (a.id < b.id ? -1 : 1))
          open.push({ taken: map.items(step.range), expected: reverse ? expected.reverse() : expected })
        }
        expect(map.size).toBe(model.size)
      }
      // The ranges are read at the end, after all changes: each must be as of its own call.
      for (const { taken, expected } of open) expect([...taken]).toEqual(expected)
    }),
    { numRuns: 1000 },
  )
})
