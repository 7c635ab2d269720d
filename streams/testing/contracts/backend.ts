import fc from 'fast-check'
import type { ByteRange, ByteWrite, StoreBackend } from '../../stores/backend'

/** One store of one task, which can be closed and opened again. */
export interface BackendSubject {
  open(): Promise<StoreBackend>
  /** Removes what was kept. */
  remove(): Promise<void>
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
const put = (key: string, value: string): ByteWrite => ({ key: bytes(key), value: bytes(value) })
const del = (key: string): ByteWrite => ({ key: bytes(key), value: null })

interface Bounds {
  readonly from?: string
  readonly to?: string
  readonly reverse?: boolean
}

function rangeOf({ from, to, reverse = false }: Bounds): ByteRange {
  return { reverse, ...(from !== undefined && { from: bytes(from) }), ...(to !== undefined && { to: bytes(to) }) }
}

const read = (entries: ReturnType<StoreBackend['entries']>) =>
  Array.from(entries, ({ key, value }) => `${key.toString('latin1')}=${value.toString('latin1')}`)

const readRange = (store: StoreBackend, bounds: Bounds = {}) => read(store.entries(rangeOf(bounds)))

/**
 * The suite that every store back end passes.
 * @example
 * backendContract('memory', async () => {
 *   const directory = memoryStateDirectory()
 *   return { open: () => directory.open('0_0', 'store'), remove: () => directory.close() }
 * })
 */
export function backendContract(name: string, subject: () => Promise<BackendSubject>): void {
  describe(`the contract of store back ends: ${name}`, () => {
    let under: BackendSubject
    let store: StoreBackend

    beforeEach(async () => {
      under = await subject()
      store = await under.open()
    })
    afterEach(async () => {
      await store.close()
      await under.remove()
    })

    const reopen = async () => {
      await store.close()
      store = await under.open()
    }

    const value = (key: string) => store.get(bytes(key))?.toString('latin1')

    test('a new store is empty and has no position', () => {
      expect(store.position()).toBeUndefined()
      expect(store.get(bytes('a'))).toBeUndefined()
      expect(readRange(store)).toEqual([])
      expect(store.approximateNumEntries()).toBe(0)
    })

    test('keys and values are any bytes, none included', async () => {
      await store.write([put('', 'empty'), put('\0', ''), put('\xff\xff', '\0\xff')])
      expect(value('')).toBe('empty')
      expect(value('\0')).toBe('')
      expect(value('\xff\xff')).toBe('\0\xff')
      expect(readRange(store)).toEqual(['=empty', '\0=', '\xff\xff=\0\xff'])
    })

    test('of several writes of a key in one batch the last one counts', async () => {
      await store.write([put('a', '1'), put('b', '1'), del('a'), put('b', '2'), put('c', '1'), del('c'), put('c', '3')])
      expect(readRange(store)).toEqual(['b=2', 'c=3'])
    })

    test('writes that are not awaited apply in the order in which they were made', async () => {
      await Promise.all(
        Array.from({ length: 200 }, (_, at) => store.write([put('a', String(at)), put(`b${at}`, '')], at)),
      )
      expect(value('a')).toBe('199')
      expect(store.position()).toBe(199)
    })

    test('a range includes its beginning, excludes its end, and runs either way', async () => {
      await store.write(['a', 'ab', 'b', 'b\0', 'c', '\xe4'].map((key) => put(key, key)))
      const keys = (bounds: Bounds) => readRange(store, bounds).map((entry) => entry.split('=')[0])
      expect(keys({})).toEqual(['a', 'ab', 'b', 'b\0', 'c', '\xe4'])
      expect(keys({ from: 'ab', to: 'c' })).toEqual(['ab', 'b', 'b\0'])
      expect(keys({ from: 'aa' })).toEqual(['ab', 'b', 'b\0', 'c', '\xe4'])
      expect(keys({ to: 'b\0' })).toEqual(['a', 'ab', 'b'])
      expect(keys({ from: 'ab', to: 'c', reverse: true })).toEqual(['b\0', 'b', 'ab'])
      expect(keys({ reverse: true })).toEqual(['\xe4', 'c', 'b\0', 'b', 'ab', 'a'])
      expect(keys({ from: 'c', to: 'a' })).toEqual([])
      expect(keys({ from: '', to: '' })).toEqual([])
    })

    test('a long range comes whole, in order, with large values too', async () => {
      const keys = Array.from({ length: 7000 }, (_, at) => String(at).padStart(6, '0'))
      const textOf = (at: number) => 'x'.repeat(at % 500 === 0 ? 50_000 : 20)
      await store.write(keys.map((key, at) => put(key, textOf(at))))
      const all = [...store.entries({})]
      expect(all.map(({ key }) => key.toString())).toEqual(keys)
      expect(all.every((entry, at) => entry.value.length === textOf(at).length)).toBe(true)
      expect(Array.from(store.entries({ reverse: true }), ({ key }) => key.toString())).toEqual(keys.toReversed())
    })

    test('what a range reads is as of the call', async () => {
      await store.write([put('a', '1'), put('b', '1'), put('c', '1')])
      const before = store.entries({})
      await store.write([put('a', '2'), del('b'), put('d', '2')])
      const after = store.entries({})
      await store.write([del('a')])
      expect(read(before)).toEqual(['a=1', 'b=1', 'c=1'])
      expect(read(after)).toEqual(['a=2', 'c=1', 'd=2'])
    })

    test('ranges may be left early and walked side by side', async () => {
      await store.write(Array.from({ length: 500 }, (_, at) => put(String(at).padStart(4, '0'), '')))
      for (let round = 0; round < 20; round++) {
        for (const { key } of store.entries({})) if (key.toString() === '0003') break
      }
      const up = store.entries({})[Symbol.iterator]()
      const down = store.entries({ reverse: true })[Symbol.iterator]()
      for (let at = 0; at < 500; at++) {
        expect(up.next().value?.key.toString()).toBe(String(at).padStart(4, '0'))
        expect(down.next().value?.key.toString()).toBe(String(499 - at).padStart(4, '0'))
      }
      expect(up.next().done).toBe(true)
      expect(down.next().done).toBe(true)
    })

    test('clear deletes a range and leaves the rest and the position', async () => {
      await store.write([put('a', ''), put('b', ''), put('bb', ''), put('c', '')], 5)
      await store.clear(rangeOf({ from: 'b', to: 'c' }))
      expect(readRange(store)).toEqual(['a=', 'c='])
      await store.clear({})
      expect(readRange(store)).toEqual([])
      expect(store.position()).toBe(5)
    })

    test('a batch holds content and position; either may be written alone', async () => {
      await store.write([put('a', '1')], 7)
      expect(store.position()).toBe(7)
      await store.write([], 9)
      await store.write([put('a', '2')])
      expect(store.position()).toBe(9)
      await reopen()
      expect(store.position()).toBe(9)
      expect(readRange(store)).toEqual(['a=2'])
      await store.write([del('a')], 2 ** 50)
      await reopen()
      expect(store.position()).toBe(2 ** 50)
      expect(readRange(store)).toEqual([])
    })

    test('the number of entries is exact while it is small and near when it is large', async () => {
      await store.write([put('a', ''), put('b', ''), put('a', '2')], 1)
      await store.write([del('b'), del('z')])
      expect(store.approximateNumEntries()).toBe(1)
      const many = Array.from({ length: 40_000 }, (_, at) => put(`key${at}`, `a value of some length ${at * 7919}`))
      await store.write(many)
      const near = store.approximateNumEntries()
      expect(near).toBeGreaterThanOrEqual(10_000)
      expect(near).toBeLessThan(80_000)
    })

    test('one that was closed takes no more writes: another may have it open', async () => {
      const former = store
      await former.close()
      store = await under.open()
      await expect((async () => former.write([put('a', 'late')], 7))()).rejects.toMatchObject({ code: 'STORE_CLOSED' })
      expect(store.get(bytes('a'))).toBeUndefined()
      expect(store.position()).toBeUndefined()
    })

    test('bytes given and taken are not shared with the store', async () => {
      const value = bytes('value')
      const writing = store.write([{ key: bytes('a'), value }])
      await writing
      value.fill(0)
      store.get(bytes('a'))!.fill(1)
      expect(store.get(bytes('a'))!.toString()).toBe('value')
    })

    test('property: the store is an ordered map', async () => {
      const key = fc.stringMatching(/^[a\0\xff]{0,3}$/)
      const step = fc.oneof(
        fc.record({
          writes: fc.array(fc.record({ key, value: fc.option(fc.string({ unit: 'binary-ascii', maxLength: 3 })) })),
        }),
        fc.record({ range: fc.record({ from: key, to: key, reverse: fc.boolean() }, { requiredKeys: [] }) }),
        fc.record({ clear: fc.record({ from: key, to: key }) }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          await store.clear({})
          const model = new Map<string, string>()
          const inRange = ({ from, to }: Bounds) =>
            [...model]
              .filter(([id]) => (from === undefined || id >= from) && (to === undefined || id < to))
              .sort(([a], [b]) => (a < b ? -1 : 1))
          for (const step of steps) {
            if ('writes' in step) {
              await store.write(step.writes.map(({ key, value }) => (value === null ? del(key) : put(key, value))))
              for (const { key, value } of step.writes) value === null ? model.delete(key) : model.set(key, value)
            } else if ('range' in step) {
              const expected = inRange(step.range).map(([id, value]) => `${id}=${value}`)
              expect(readRange(store, step.range)).toEqual(step.range.reverse ? expected.reverse() : expected)
            } else {
              await store.clear(rangeOf(step.clear))
              for (const [id] of inRange(step.clear)) model.delete(id)
            }
          }
          expect(readRange(store)).toEqual(inRange({}).map(([id, value]) => `${id}=${value}`))
        }),
        { numRuns: 300 },
      )
    })
  })
}
