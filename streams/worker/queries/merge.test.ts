import fc from 'fast-check'
import { merged } from './merge'
import type { StoreItem } from './query'

const keyBytes = (key: unknown) => Buffer.from(key as string)
const item = fc.record({ key: fc.string({ maxLength: 2 }), value: fc.integer(), start: fc.nat(3), end: fc.nat(3) })
const byPlace = (a: StoreItem, b: StoreItem) =>
  Buffer.compare(keyBytes(a.key), keyBytes(b.key)) || a.start! - b.start! || a.end! - b.end!

async function* piecesOf(items: readonly StoreItem[], size: number) {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}

test('partitions in order come together in order, forwards and backwards', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(item), { minLength: 1, maxLength: 5 }), fc.boolean(), async (parts, reverse) => {
      const direction = reverse ? -1 : 1
      const order = (a: StoreItem, b: StoreItem) => direction * byPlace(a, b)
      let closed = 0
      const answers = parts.map((part, index) => ({
        pieces: piecesOf([...part].sort(order), index + 1),
        close: () => {
          closed += 1
        },
      }))
      const seen: StoreItem[] = []
      for await (const one of merged(answers, { keyBytes, reverse })) seen.push(one)
      expect(seen.map(({ key, start, end }) => [key, start, end])).toEqual(
        parts
          .flat()
          .sort(order)
          .map(({ key, start, end }) => [key, start, end]),
      )
      expect(closed).toBe(parts.length)
    }),
  )
})

test('whoever leaves early lets go of all partitions, and an error of one ends all', async () => {
  const closed: number[] = []
  const answers = (broken: boolean) =>
    [0, 1].map((index) => ({
      pieces: (async function* () {
        yield [{ key: `a${index}`, value: 1 }]
        if (broken && index === 1) throw new Error('gone')
        yield [{ key: `b${index}`, value: 1 }]
      })(),
      close: () => {
        closed.push(index)
      },
    }))
  for await (const one of merged(answers(false), { keyBytes, reverse: false })) if (one.key === 'a1') break
  expect(closed.splice(0)).toEqual([0, 1])
  const read = async () => {
    for await (const _ of merged(answers(true), { keyBytes, reverse: false }));
  }
  await expect(read()).rejects.toThrow('gone')
  expect(closed).toEqual([0, 1])
})
