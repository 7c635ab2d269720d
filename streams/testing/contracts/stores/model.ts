import fc from 'fast-check'
import type { AnyStoreDeclaration, StoreOf } from '../../../stores'
import type { Harness, OpenedStore } from './harness'

/** A kind of store and the simplest thing that behaves like it. Models are immutable: `apply` gives the next one. */
export interface ModelledKind<D extends AnyStoreDeclaration, M, C> {
  readonly declaration: (round: number) => D
  readonly empty: M
  /** Something to do to the store and to the model; expects that both answer alike. */
  readonly change: fc.Arbitrary<C>
  apply(store: OpenedStore<StoreOf<D>>, model: M, change: C): M
  /** Expects that all reads answer alike. */
  compare(view: StoreOf<D>, model: M): void
}

type Step<C> =
  | { readonly change: C }
  | { readonly lifecycle: 'commit' | 'drain' | 'acknowledge' | 'persist' | 'reopen' | 'restore' | 'compare' }

/** Any sequence of changes, commits, reopenings and restores leaves store, model and changelog in agreement. */
export async function agreesWithModel<D extends AnyStoreDeclaration, M, C>(
  harness: Harness,
  kind: ModelledKind<D, M, C>,
  numRuns: number,
): Promise<void> {
  let round = 0
  const lifecycle = fc.constantFrom('commit', 'drain', 'acknowledge', 'persist', 'reopen', 'restore', 'compare')
  const step: fc.Arbitrary<Step<C>> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ change: kind.change }) },
    { weight: 1, arbitrary: fc.record({ lifecycle }) as fc.Arbitrary<Step<C>> },
  )
  const cacheBytes = fc.constantFrom(0, 700, 1 << 20)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), cacheBytes, async (steps, cacheBytes) => {
      const store = await harness.open(kind.declaration(round++), { cacheBytes })
      await walk(store, kind, steps)
      await store.managed.close()
    }),
    { numRuns },
  )
}

async function walk<D extends AnyStoreDeclaration, M, C>(
  store: OpenedStore<StoreOf<D>>,
  kind: ModelledKind<D, M, C>,
  steps: readonly Step<C>[],
): Promise<void> {
  let model = kind.empty
  let drained = kind.empty
  let acknowledged = kind.empty
  let persisted = kind.empty
  /** More has been drained since it was acknowledged. */
  let isAhead = false
  const all = (state: M) => {
    drained = state
    acknowledged = state
    persisted = state
    isAhead = false
  }
  for (const step of steps) {
    if ('change' in step) {
      model = kind.apply(store, model, step.change)
      continue
    }
    switch (step.lifecycle) {
      case 'drain':
        store.drain()
        drained = model
        isAhead = true
        break
      case 'acknowledge':
        store.drain()
        store.acknowledge()
        drained = model
        acknowledged = model
        isAhead = false
        break
      case 'persist':
        await store.persist()
        all(drained)
        break
      case 'commit':
        await store.commit()
        all(model)
        expect(store.differences()).toEqual([])
        break
      case 'reopen':
        // What waits to be written is, with what has been drained since, neither the one state nor the other.
        if (isAhead && acknowledged !== persisted) {
          await store.persist()
          all(drained)
        }
        if (!isAhead) persisted = acknowledged
        await store.reopen()
        model = persisted
        all(persisted)
        expect(store.managed.position ?? 0).toBe(store.changelog.length)
        break
      case 'restore':
        await store.commit()
        await store.restoreAnew(7)
        all(model)
        expect(store.managed.position ?? 0).toBe(store.changelog.length)
        expect(store.differences()).toEqual([])
        break
      case 'compare':
        kind.compare(store.view, model)
    }
  }
  kind.compare(store.view, model)
  await store.commit()
  kind.compare(store.view, model)
  expect(store.differences()).toEqual([])
}

/** Keys that are awkward: empty, one the beginning of another, bytes that separators are made of, order unlike that of UTF-16. */
export const awkwardKey = fc.constantFrom('', 'a', 'aa', 'a\0', 'a\0\0\0\0\0\0\0\0', 'ab', 'b', 'ä', '\uffff', '😀')

export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
