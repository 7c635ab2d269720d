import { differences, type StoreEntry } from 'millrace'
import type { Effect, Flow, Tally } from '../flow'
import { type CheckOptions, commandsOf, type Violation } from './checks'
import { foldTo } from './evidence'

/**
 * State is a fold, at every moment and on every owner: each copy of a store is the fold of its changelog up to where it
 * stands, and what the whole changelog folds to is what the committed input folds to.
 */
export function checkStores(flow: Flow, options: CheckOptions): readonly Violation[] {
  return [...checkCopies(flow, options), ...checkTallies(flow, options), ...checkGroups(flow, options)]
}

const wrong = (what: string): Violation => ({ check: 'S', what })

function checkCopies(flow: Flow, { evidence }: CheckOptions): readonly Violation[] {
  // A copy from before what is left of its changelog cannot be judged, nor used: whoever opens it builds it anew.
  const judged = evidence.copies.filter(
    ({ store, partition, position }) => position >= (evidence.beginnings.get(store)?.[partition] ?? 0),
  )
  const apart = judged.flatMap((copy) => {
    const found = differences(copy.entries, foldTo(flow, evidence, copy, copy.position))
    if (found.length === 0) return []
    const keys = [...new Set(found.map(({ entry }) => String(entry.key)))]
    return wrong(
      `${copy.directory} ${copy.task} ${copy.store}, at offset ${copy.position}, is not the fold of its changelog: ${keys.slice(0, 5).join(', ')} (${keys.length} keys)`,
    )
  })
  const current = [...evidence.changelogs].flatMap(([store, partitions]) =>
    partitions.flatMap((records, partition) => {
      const last = records.at(-1)?.offset
      const copies = evidence.copies.filter((copy) => copy.store === store && copy.partition === partition)
      if (last === undefined || copies.some(({ position }) => position > last)) return []
      const stand = copies.map(({ position }) => position).join(', ') || 'none'
      return wrong(`no copy of ${store}-${partition} is at the end of its changelog (${last}): ${stand}`)
    }),
  )
  return [...apart, ...current]
}

const decoded = (entries: readonly StoreEntry[]) =>
  new Map(entries.map(({ key, value }) => [String(key), value] as const))

/** At-least-once may count a command twice, but never forgets one. */
const agrees = (exact: boolean, actual: number, expected: number) => (exact ? actual === expected : actual >= expected)

function checkTallies(flow: Flow, { evidence, exact }: CheckOptions): readonly Violation[] {
  return evidence.input.flatMap((records, partition) => {
    const expected = new Map<string, Tally>()
    for (const { key, offset } of commandsOf(records))
      expected.set(key, { count: (expected.get(key)?.count ?? 0) + 1, last: offset })
    const folded = decoded(foldTo(flow, evidence, { store: flow.tallies.name, partition }, Number.POSITIVE_INFINITY))
    const violations = [...expected].flatMap(([key, { count, last }]) => {
      const bytes = folded.get(key)
      if (bytes === undefined) return wrong(`${key} is not in the store tallies`)
      const tally = JSON.parse(String(bytes)) as Tally
      if (agrees(exact, tally.count, count) && tally.last === last) return []
      return wrong(`${key}: the store has ${tally.count} up to offset ${tally.last}, the input ${count} up to ${last}`)
    })
    const strange = [...folded.keys()].filter((key) => !expected.has(key))
    return [...violations, ...strange.map((key) => wrong(`${key} is in the store tallies, but not in the input`))]
  })
}

function checkGroups(flow: Flow, { evidence, exact }: CheckOptions): readonly Violation[] {
  const expected = new Map<string, number>()
  for (const { command } of commandsOf(evidence.input.flat()))
    expected.set(command!.group, (expected.get(command!.group) ?? 0) + 1)
  const folded = new Map<string, number>()
  evidence.regrouped.forEach((records, partition) => {
    const own = foldTo(flow, evidence, { store: flow.groups.name, partition }, Number.POSITIVE_INFINITY)
    for (const [group, bytes] of decoded(own)) folded.set(group, Number(bytes.readBigInt64BE()))
    const groups = new Set(records.map(({ value }) => (JSON.parse(String(value)) as Effect).group))
    for (const [group] of decoded(own)) if (!groups.has(group)) folded.set(group, Number.NaN)
  })
  return [...expected].flatMap(([group, count]) => {
    const actual = folded.get(group) ?? 0
    return agrees(exact, actual, count) ? [] : wrong(`${group}: the store counts ${actual}, the input has ${count}`)
  })
}
