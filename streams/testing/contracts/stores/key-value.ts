import fc from 'fast-check'
import {
  type KeyValue,
  keyValueStore,
  type TimestampedKeyValueStore,
  timestampedKeyValueStore,
  type ValueAndTimestamp,
} from '../../../stores'
import { countingJson, type Harness, text } from './harness'
import { agreesWithModel, awkwardKey, byBytes, type ModelledKind } from './model'

const number = countingJson<number>()

type Model = ReadonlyMap<string, number>
type Change =
  | { readonly kind: 'put'; readonly key: string; readonly value: number | null; readonly timestamp: number }
  | { readonly kind: 'putIfAbsent'; readonly key: string; readonly value: number }
  | { readonly kind: 'delete' | 'get' | 'prefix'; readonly key: string }
  | { readonly kind: 'range'; readonly from: string | undefined; readonly to: string | undefined }

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    key: awkwardKey,
    value: fc.option(fc.nat(99)),
    timestamp: fc.nat(99),
  }),
  fc.record({ kind: fc.constant('putIfAbsent' as const), key: awkwardKey, value: fc.nat(99) }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'get' as const, 'prefix' as const), key: awkwardKey }),
  fc.record({
    kind: fc.constant('range' as const),
    from: fc.option(awkwardKey, { nil: undefined }),
    to: fc.option(awkwardKey, { nil: undefined }),
  }),
)

const sorted = (model: Model) => [...model].sort(([a], [b]) => byBytes(a, b)).map(([key, value]) => ({ key, value }))

function changed(model: Model, key: string, value: number | null | undefined): Model {
  const next = new Map(model)
  if (value === null || value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}

const plain: ModelledKind<ReturnType<typeof keyValueStore<string, number>>, Model, Change> = {
  declaration: (round) => keyValueStore(`kv-${round}`, { key: text, value: number }),
  empty: new Map(),
  change,
  apply({ view }, model, change) {
    switch (change.kind) {
      case 'put':
        view.put(change.key, change.value)
        return changed(model, change.key, change.value)
      case 'putIfAbsent':
        expect(view.putIfAbsent(change.key, change.value)).toBe(model.get(change.key))
        return changed(model, change.key, model.get(change.key) ?? change.value)
      case 'delete':
        expect(view.delete(change.key)).toBe(model.get(change.key))
        return changed(model, change.key, null)
      case 'get':
        expect(view.get(change.key)).toBe(model.get(change.key))
        return model
      case 'prefix':
        expect([...view.prefixScan(change.key)]).toEqual(sorted(model).filter(({ key }) => key.startsWith(change.key)))
        return model
      case 'range': {
        const { from, to } = change
        const expected = sorted(model).filter(
          ({ key }) => (from === undefined || byBytes(key, from) >= 0) && (to === undefined || byBytes(key, to) <= 0),
        )
        expect([...view.range(from, to)]).toEqual(expected)
        expect([...view.reverseRange(from, to)]).toEqual(expected.reverse())
        return model
      }
    }
  },
  compare(view, model) {
    expect([...view.all()]).toEqual(sorted(model))
    expect([...view.reverseAll()]).toEqual(sorted(model).reverse())
    expect(view.approximateNumEntries()).toBe(model.size)
    for (const [key, value] of model) expect(view.get(key)).toBe(value)
  },
}

type TimestampedModel = ReadonlyMap<string, ValueAndTimestamp<number>>
type Put = { readonly key: string; readonly value: ValueAndTimestamp<number> | null }

const timestamped: ModelledKind<ReturnType<typeof timestampedKeyValueStore<string, number>>, TimestampedModel, Put> = {
  declaration: (round) => timestampedKeyValueStore(`tkv-${round}`, { key: text, value: number }),
  empty: new Map(),
  change: fc.record({
    key: awkwardKey,
    value: fc.option(fc.record({ value: fc.nat(99), timestamp: fc.integer({ min: -1, max: 2 ** 53 - 1 }) })),
  }),
  apply({ view }, model, { key, value }) {
    view.put(key, value)
    const next = new Map(model)
    if (value === null) next.delete(key)
    else next.set(key, value)
    return next
  },
  compare(view: TimestampedKeyValueStore<string, number>, model) {
    const expected: KeyValue<string, ValueAndTimestamp<number>>[] = [...model]
      .sort(([a], [b]) => byBytes(a, b))
      .map(([key, value]) => ({ key, value }))
    expect([...view.all()]).toEqual(expected)
    for (const [key, value] of model) expect(view.get(key)).toEqual(value)
  },
}

export function keyValueContract(harness: () => Harness, numRuns: number): void {
  describe('key-value stores', () => {
    const declaration = keyValueStore('kv', { key: text, value: countingJson<{ readonly n: number }>() })

    test('what was put is got again as the same object, before and after the commit, without decoding', async () => {
      const value = countingJson<{ readonly n: number }>()
      const store = await harness().open(keyValueStore('kv', { key: text, value }))
      const one = { n: 1 }
      store.view.put('a', one)
      expect(store.view.get('a')).toBe(one)
      await store.commit()
      expect(store.view.get('a')).toBe(one)
      expect([...store.view.all()][0]!.value).toBe(one)
      expect(value.decoded()).toBe(0)
      await store.reopen()
      expect(store.view.get('a')).toEqual(one)
      expect(store.view.get('a')).toBe(store.view.get('a'))
      expect(value.decoded()).toBe(1)
    })

    test('the changelog has one record per changed key, in the order of the change, with the timestamp of the last change', async () => {
      const store = await harness().open(declaration)
      store.at(10)
      store.view.put('b', { n: 1 })
      store.at(11)
      store.view.put('a', { n: 1 })
      store.at(12)
      store.view.put('b', { n: 2 })
      store.view.put('c', { n: 1 })
      store.at(13)
      store.view.delete('c')
      store.drain()
      const records = store.changelog.map(({ key, value, timestamp }) => [`${key}`, value && `${value}`, timestamp])
      expect(records).toEqual([
        ['b', '{"n":2}', 12],
        ['a', '{"n":1}', 11],
        ['c', null, 13],
      ])
      expect(store.managed.drainChanges()).toEqual([])
    })

    test('a value that cannot be written drains nothing, so that nothing is lost', async () => {
      const store = await harness().open(declaration)
      store.view.put('a', { n: 1 })
      const circular: Record<string, unknown> = { n: 2 }
      circular.self = circular
      store.view.put('b', circular as never)
      expect(() => store.managed.drainChanges()).toThrow()
      store.view.put('b', { n: 2 })
      await store.commit()
      expect(store.changelog.map(({ key }) => `${key}`)).toEqual(['a', 'b'])
      expect(store.differences()).toEqual([])
    })

    test('what is changed while a range is walked does not change the range', async () => {
      const store = await harness().open(declaration)
      for (const key of ['a', 'b', 'c', 'd']) store.view.put(key, { n: 0 })
      await store.commit()
      store.view.put('bb', { n: 0 })
      const seen: string[] = []
      for (const { key } of store.view.all()) {
        seen.push(key)
        store.view.delete(key)
        store.view.put(`${key}x`, { n: 1 })
      }
      expect(seen).toEqual(['a', 'b', 'bb', 'c', 'd'])
      expect(Array.from(store.view.all(), ({ key }) => key)).toEqual(['ax', 'bbx', 'bx', 'cx', 'dx'])
    })

    test('a store without a changelog writes no records and keeps its content', async () => {
      const store = await harness().open(keyValueStore('local', { key: text, value: number, changelog: false }))
      store.view.put('a', 1)
      expect(store.managed.drainChanges()).toEqual([])
      await store.managed.persist(undefined)
      await store.reopen()
      expect(store.view.get('a')).toBe(1)
      expect(store.managed.position).toBeUndefined()
    })

    test('the timestamp of a value is that of its changelog record', async () => {
      const store = await harness().open(timestampedKeyValueStore('tkv', { key: text, value: number }))
      store.at(99)
      store.view.put('a', { value: 1, timestamp: 5 })
      store.view.put('b', { value: 2, timestamp: 7 })
      store.view.put('b', null)
      await store.commit()
      expect(store.changelog).toMatchObject([
        { value: Buffer.from('1'), timestamp: 5 },
        { value: null, timestamp: 99 },
      ])
      await store.restoreAnew(10)
      expect([...store.view.all()]).toEqual([{ key: 'a', value: { value: 1, timestamp: 5 } }])
    })

    test('property: a key-value store is an ordered map, through commits, crashes and restores', () =>
      agreesWithModel(harness(), plain, numRuns))

    test('property: a timestamped key-value store is one too', () => agreesWithModel(harness(), timestamped, numRuns))
  })
}
