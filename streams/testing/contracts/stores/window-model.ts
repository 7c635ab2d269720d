import fc from 'fast-check'
import { type WindowStore, type WindowStoreDeclaration, windowStore } from '../../../stores'
import { countingJson, text } from './harness'
import { awkwardKey, byBytes, type ModelledKind } from './model'

const number = countingJson<number>()

export const SIZE = 10
export const RETENTION = 50

interface Entry {
  readonly key: string
  readonly start: number
  /** Tells duplicates apart. */
  readonly order: number
  readonly value: number
}
interface Model {
  readonly entries: readonly Entry[]
  readonly latest: number
  readonly puts: number
}
type Change =
  | { readonly kind: 'put'; readonly key: string; readonly value: number | null; readonly start: number }
  | { readonly kind: 'fetch'; readonly key: string; readonly from: number; readonly length: number }
  | {
      readonly kind: 'fetchAll'
      readonly from: number
      readonly length: number
      readonly keys: readonly (string | undefined)[]
    }

/** Times move on slowly, with many late ones and now and then a leap. */
const time = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -20, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1000 }) },
)
const length = fc.oneof(fc.integer({ min: -1, max: 60 }), fc.constant(Number.POSITIVE_INFINITY))
const openKey = fc.option(awkwardKey, { nil: undefined })

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key: awkwardKey,
      value: fc.option(fc.nat(99), { freq: 4 }),
      start: time,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fetch' as const), key: awkwardKey, from: time, length }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fetchAll' as const),
      from: time,
      length,
      keys: fc.tuple(openKey, openKey),
    }),
  },
)

const visible = ({ entries, latest }: Model) =>
  entries
    .filter(({ start }) => start > latest - RETENTION)
    .sort((a, b) => byBytes(a.key, b.key) || a.start - b.start || a.order - b.order)

const shown = (entries: readonly Entry[]) =>
  entries.map(({ key, start, value }) => ({ key: { key, window: { start, end: start + SIZE } }, value }))

function put(model: Model, { key, value, start }: Extract<Change, { kind: 'put' }>, duplicates: boolean): Model {
  if (duplicates && value === null) return model
  const latest = Math.max(model.latest, start)
  const puts = model.puts + 1
  if (start <= latest - RETENTION) return { ...model, latest, puts }
  const others = duplicates
    ? model.entries
    : model.entries.filter((entry) => entry.key !== key || entry.start !== start)
  return {
    latest,
    puts,
    entries: value === null ? others : [...others, { key, start, value, order: duplicates ? puts : 0 }],
  }
}

export function windowKind(
  retainDuplicates: boolean,
): ModelledKind<WindowStoreDeclaration<string, number> & { readonly kind: 'window' }, Model, Change> {
  return {
    declaration: (round) => {
      const options = { key: text, value: number, windowSizeMs: SIZE, retentionMs: RETENTION, retainDuplicates }
      return { ...windowStore(`window-${round}`, options), kind: 'window' }
    },
    empty: { entries: [], latest: Number.NEGATIVE_INFINITY, puts: 0 },
    change,
    apply(store, model, change) {
      const view: WindowStore<string, number> = store.view
      if (change.kind === 'put') {
        store.at(change.start)
        view.put(change.key, change.value, change.start)
        return put(model, change, retainDuplicates)
      }
      const { from } = change
      const to = from + change.length
      const entries = visible(model)
      const within = entries.filter(({ start }) => start >= from && start <= to)
      if (change.kind === 'fetch') {
        const { key } = change
        const expected = shown(within.filter((entry) => entry.key === key))
        expect([...view.fetchRange(key, from, to)]).toEqual(expected)
        expect([...view.backwardFetchRange(key, from, to)]).toEqual(expected.toReversed())
        expect(view.fetch(key, from)).toBe(entries.find((entry) => entry.key === key && entry.start === from)?.value)
      } else {
        const [fromKey, toKey] = change.keys
        const expected = within.filter(
          ({ key }) =>
            (fromKey === undefined || byBytes(key, fromKey) >= 0) && (toKey === undefined || byBytes(key, toKey) <= 0),
        )
        expect([...view.fetchAll(from, to, fromKey, toKey)]).toEqual(shown(expected))
      }
      return model
    },
    compare(view: WindowStore<string, number>, model) {
      expect([...view.all()]).toEqual(shown(visible(model)))
    },
  }
}
