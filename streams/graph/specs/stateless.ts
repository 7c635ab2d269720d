import type { Pair, ValueKeyFn } from './functions'

export interface StatelessSpecs {
  filter: { readonly predicate: (value: unknown, key: unknown) => boolean; readonly not: boolean }
  map: { readonly map: (value: unknown, key: unknown) => Pair }
  'map-values': { readonly map: ValueKeyFn }
  'flat-map': { readonly map: (value: unknown, key: unknown) => Iterable<Pair> }
  'flat-map-values': { readonly map: (value: unknown, key: unknown) => Iterable<unknown> }
  'select-key': { readonly map: ValueKeyFn }
  peek: { readonly action: (value: unknown, key: unknown) => void }
  foreach: { readonly action: (value: unknown, key: unknown) => void }
  merge: object
  /**
   * Each record goes to the first branch whose predicate holds; branch `i` is the child whose spec is `branch` with index
   * `i`. The default branch has the index after the last predicate.
   */
  split: { readonly predicates: readonly ((value: unknown, key: unknown) => boolean)[] }
  branch: { readonly index: number }
}
