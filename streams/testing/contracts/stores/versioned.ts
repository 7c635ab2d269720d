import fc from 'fast-check'
import { type VersionedStore, type VersionedStoreDeclaration, versionedStore } from '../../../stores'
import { countingJson, type Harness, text } from './harness'
import { agreesWithModel, awkwardKey, byBytes, type ModelledKind } from './model'

const number = countingJson<number>()
const HISTORY = 50

interface Write {
  readonly key: string
  readonly timestamp: number
  readonly value: number | null
}
interface Model {
  /** `late`: there was a later one when it came. */
  readonly writes: readonly (Write & { readonly late: boolean })[]
  readonly latest: number
}
type Change =
  | ({ readonly kind: 'put' } & Write)
  | { readonly kind: 'delete' | 'get'; readonly key: string; readonly timestamp: number }

const timestamp = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1000 }) },
)
/** Few keys, so that histories grow long. */
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'a\0') }, { weight: 1, arbitrary: awkwardKey })

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key,
      timestamp,
      value: fc.option(fc.nat(99), { freq: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'get' as const), key, timestamp }) },
)

const line = (model: Model, key: string) =>
  model.writes.filter((write) => write.key === key).sort((a, b) => a.timestamp - b.timestamp)

const version = (write: Write | undefined) =>
  write === undefined || write.value === null ? undefined : { value: write.value, timestamp: write.timestamp }

const latestOf = (model: Model, key: string) => version(line(model, key).at(-1))

function asOf(model: Model, key: string, time: number) {
  const latest = latestOf(model, key)
  if (latest !== undefined && latest.timestamp <= time) return latest
  if (time < model.latest - HISTORY) return undefined
  return version(line(model, key).findLast((write) => write.timestamp <= time))
}

function put(model: Model, write: Write): Model {
  if (write.timestamp < model.latest - HISTORY) return model
  const others = model.writes.filter(({ key, timestamp }) => key !== write.key || timestamp !== write.timestamp)
  const all = forgotten(model, write) ? others : [...others, { ...write, late: isLate(model, write) }]
  return { writes: all, latest: Math.max(model.latest, write.timestamp) }
}

const isLate = (model: Model, { key, timestamp }: Write) =>
  line(model, key).some((other) => other.timestamp > timestamp)

/** A deletion is known by the version that it ends. At the very time of the latest version it ends the one before, if any. */
function forgotten(model: Model, { key, timestamp, value }: Write): boolean {
  if (value !== null || latestOf(model, key)?.timestamp !== timestamp) return false
  const before = line(model, key).at(-2)
  return before === undefined || (before.value === null && !before.late)
}

const kind: ModelledKind<VersionedStoreDeclaration<string, number>, Model, Change> = {
  declaration: (round) =>
    versionedStore(`versioned-${round}`, { key: text, value: number, historyRetentionMs: HISTORY }),
  empty: { writes: [], latest: Number.NEGATIVE_INFINITY },
  change,
  apply(store, model, change) {
    const view: VersionedStore<string, number> = store.view
    const { key, timestamp } = change
    switch (change.kind) {
      case 'put': {
        const write = { key, timestamp, value: change.value }
        const next = put(model, write)
        const accepted = isLate(model, write) ? 'past' : 'latest'
        expect(view.put(key, change.value, timestamp)).toBe(next === model ? 'refused' : accepted)
        return next
      }
      case 'delete':
        expect(view.delete(key, timestamp)).toEqual(asOf(model, key, timestamp))
        return put(model, { key, timestamp, value: null })
      case 'get':
        expect(view.get(key, timestamp)).toEqual(asOf(model, key, timestamp))
        return model
    }
  },
  compare(view: VersionedStore<string, number>, model) {
    const keys = [...new Set(model.writes.map(({ key }) => key))].sort(byBytes)
    const latest = keys.flatMap((key) => {
      const value = latestOf(model, key)
      return value === undefined ? [] : [{ key, value }]
    })
    expect([...view.all()]).toEqual(latest)
    for (const key of keys) {
      expect(view.get(key)).toEqual(latestOf(model, key))
      const times = model.writes.flatMap(({ timestamp }) => [timestamp - 1, timestamp, timestamp + 1])
      for (const time of [...times, model.latest - HISTORY, model.latest - HISTORY - 1, 1e6]) {
        expect([key, time, view.get(key, time)]).toEqual([key, time, asOf(model, key, time)])
      }
    }
  },
}

export function versionedContract(harness: () => Harness, numRuns: number): void {
  describe('versioned stores', () => {
    const declaration = versionedStore('versioned', { key: text, value: number, historyRetentionMs: HISTORY })

    test('a late write becomes part of the history and leaves the latest version as it is', async () => {
      const { view } = await harness().open(declaration)
      view.put('a', 1, 10)
      view.put('a', 3, 30)
      expect(view.put('a', 2, 20)).toBe('past')
      expect(view.get('a')).toEqual({ value: 3, timestamp: 30 })
      expect(view.get('a', 29)).toEqual({ value: 2, timestamp: 20 })
      expect(view.get('a', 19)).toEqual({ value: 1, timestamp: 10 })
      expect(view.get('a', 9)).toBeUndefined()
    })

    test('a deletion hides the key from its time on, and a late write before it does not bring it back', async () => {
      const { view } = await harness().open(declaration)
      view.put('a', 1, 10)
      expect(view.delete('a', 20)).toEqual({ value: 1, timestamp: 10 })
      view.put('a', 2, 15)
      expect(view.get('a')).toBeUndefined()
      expect(view.get('a', 19)).toEqual({ value: 2, timestamp: 15 })
      expect(view.get('a', 25)).toBeUndefined()
    })

    test('a deletion at the very time of the latest version leaves no trace', async () => {
      const { view } = await harness().open(declaration)
      view.put('a', 1, 30)
      expect(view.put('a', null, 30)).toBe('latest')
      expect(view.get('a', 30)).toBeUndefined()
      expect(view.put('a', 2, 20)).toBe('latest')
      expect(view.get('a')).toEqual({ value: 2, timestamp: 20 })
    })

    test('a deletion at the very time of the latest version is known by the version before', async () => {
      const { view } = await harness().open(declaration)
      view.put('a', 1, 10)
      view.put('a', 2, 30)
      view.put('a', null, 30)
      expect(view.put('a', 3, 20)).toBe('past')
      expect(view.get('a')).toBeUndefined()
      expect(view.get('a', 29)).toEqual({ value: 3, timestamp: 20 })
      expect(view.get('a', 30)).toBeUndefined()
    })

    test('beyond history retention only a latest version is seen, and writes are dropped', async () => {
      const { view } = await harness().open(declaration)
      view.put('old', 1, 10)
      view.put('a', 1, 20)
      view.put('a', 2, 100)
      expect(view.get('a', 49)).toBeUndefined()
      expect(view.get('a', 50)).toEqual({ value: 1, timestamp: 20 })
      expect(view.get('old', 10)).toEqual({ value: 1, timestamp: 10 })
      expect(view.put('a', 3, 49)).toBe('refused')
      expect(view.put('a', 3, 50)).toBe('past')
    })

    test('the fold of the changelog forgets a deletion at the very time of the latest version, as the store does', async () => {
      const store = await harness().open(declaration)
      store.view.put('a', 0, 115)
      store.view.delete('a', 115)
      store.view.put('a', 0, 65)
      await store.commit()
      expect(store.view.get('a')).toEqual({ value: 0, timestamp: 65 })
      expect(store.differences()).toEqual([])
    })

    test('the changelog has every accepted write, in order, at its own timestamp', async () => {
      const store = await harness().open(declaration)
      store.view.put('a', 1, 10)
      store.view.put('a', 2, 90)
      store.view.put('a', 3, 39)
      store.view.put('a', null, 50)
      store.view.put('a', 2, 90)
      await store.commit()
      expect(store.changelog.map(({ key, value, timestamp }) => [`${key}`, value && `${value}`, timestamp])).toEqual([
        ['a', '1', 10],
        ['a', '2', 90],
        ['a', null, 50],
        ['a', '2', 90],
      ])
    })

    test('a key with very many versions is read and kept like any other', async () => {
      const store = await harness().open(
        versionedStore('versioned', { key: text, value: number, historyRetentionMs: 10_000 }),
      )
      for (let at = 0; at < 2000; at++) {
        store.view.put('hot', at, ((at * 7919) % 2000) * 2)
        if (at % 300 === 0) await store.commit()
      }
      await store.commit()
      await store.reopen()
      for (let at = 0; at < 2000; at += 37) {
        const timestamp = ((at * 7919) % 2000) * 2
        expect(store.view.get('hot', timestamp + 1)).toEqual({ value: at, timestamp })
      }
      store.view.put('hot', -1, 1001)
      expect(store.view.get('hot', 1001)).toEqual({ value: -1, timestamp: 1001 })
      await store.commit()
      expect(store.differences()).toEqual([])
    })

    test('history that has expired leaves the back end', async () => {
      const store = await harness().open(declaration)
      for (let at = 0; at < 100; at++) {
        store.view.put(`key${at}`, at, at * 20)
        store.view.delete(`key${at}`, at * 20 + 1)
        await store.commit()
      }
      await store.reopen()
      expect(store.stored()).toBeLessThan(15)
      expect(store.differences()).toEqual([])
    })

    test('property: a versioned store agrees with its model', () => agreesWithModel(harness(), kind, numRuns))
  })
}
