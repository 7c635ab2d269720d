import { setDifference } from './compare'
import type { AsOfQuestions } from './run'
import { storeEntries } from './stores'
import type { StoreEntry, Vector, VectorRecord } from './vector'

/** A record of an output topic, and where it came out. */
export type PlacedRecord = VectorRecord & { readonly partition: number }

/** What is left of a run on several partitions when all is done. */
export interface Final {
  /** By topic, in no order. */
  readonly outputs: Readonly<Record<string, readonly PlacedRecord[]>>
  /** By store, over all partitions. */
  readonly stores: Readonly<Record<string, readonly StoreEntry[]>>
  /** By versioned store: what the partitions answer. */
  readonly asOf: Readonly<Record<string, readonly unknown[]>>
  /** The stores as a worker finds them that starts afterwards; absent where there is none. */
  readonly reopened?: Final['stores']
}

/** The stores of that name, one of each partition. */
export type StoresNamed = (name: string) => readonly unknown[]

export function storesOf(vector: Vector, storesNamed: StoresNamed): Final['stores'] {
  return Object.fromEntries(
    Object.entries(vector.stores).map(([name, { kind }]) => [
      name,
      storesNamed(name).flatMap((store) => storeEntries(kind, store)),
    ]),
  )
}

interface Versions {
  get(key: string, asOf: number): { readonly value: unknown; readonly timestamp: number } | undefined
}

export function answersOf(questions: AsOfQuestions, storesNamed: StoresNamed): Final['asOf'] {
  return Object.fromEntries(
    Object.entries(questions).map(([name, asked]) => {
      const stores = storesNamed(name) as readonly Versions[]
      const answers = asked.flatMap(([key, asOf]) =>
        stores.flatMap((store) => {
          const found = store.get(key, asOf)
          return found === undefined ? [] : [[key, asOf, found.value, found.timestamp]]
        }),
      )
      return [name, answers]
    }),
  )
}

/** The first entry that only one of the two has, or undefined. Repetitions count, order does not. */
export function unorderedDifference(
  expected: Readonly<Record<string, readonly unknown[]>>,
  got: Readonly<Record<string, readonly unknown[]>>,
): string | undefined {
  for (const name of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const { missing, left } = setDifference(expected[name] ?? [], got[name] ?? [])
    if (missing !== undefined) return `${name}: ${missing} is missing${left === undefined ? '' : `, found ${left}`}`
    if (left !== undefined) return `${name}: ${left} should not be there`
  }
  return undefined
}
