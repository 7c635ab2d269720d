import type { Observed } from './run'
import { canonical } from './values'
import type { AsOfEntry, Emitted, StoreEntry, Vector, VectorRecord, VectorStep } from './vector'

/**
 * The first difference between what a vector expects and what came out, or undefined where there is none: outputs in
 * their order per topic, stores as sets of entries. Names the first step that differs, since that is the place to look.
 */
export function firstDifference(vector: Vector, observed: Observed): string | undefined {
  return (
    stepDifference(vector, observed) ??
    outputDifference(vector.expected.outputs, joined(observed.emitted)) ??
    storesDifference(vector.expected.stores, observed.stores) ??
    asOfDifference(vector.expected.asOf ?? {}, observed.asOf)
  )
}

/** The questions of `expected.asOf` without their answers. */
export function questionsOf({ expected }: Vector): Record<string, (readonly [string, number])[]> {
  const questions = Object.entries(expected.asOf ?? {}).map(
    ([name, entries]) => [name, entries.map(([key, asOf]) => [key, asOf] as const)] as const,
  )
  return Object.fromEntries(questions)
}

function stepDifference(vector: Vector, { emitted }: Observed): string | undefined {
  for (const [index, step] of vector.steps.entries()) {
    const difference = step.emitted && outputDifference(step.emitted, emitted[index] ?? {})
    if (difference !== undefined)
      return `step ${index + 1} of ${vector.steps.length} (${stepText(step)}): ${difference}`
  }
  return undefined
}

function stepText(step: VectorStep): string {
  if (!('pipe' in step)) return `advanceWallClock ${step.advanceWallClock}`
  const { topic, key, value, rawValue, timestamp } = step.pipe
  return `pipe to ${topic} ${JSON.stringify(key)} = ${rawValue ?? JSON.stringify(value)} @ ${timestamp}`
}

function outputDifference(expected: Emitted, got: Emitted): string | undefined {
  for (const topic of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const difference = recordsDifference(expected[topic] ?? [], got[topic] ?? [])
    if (difference !== undefined) return `topic ${topic}, ${difference}`
  }
  return undefined
}

function recordsDifference(expected: readonly VectorRecord[], got: readonly VectorRecord[]): string | undefined {
  for (let index = 0; index < Math.max(expected.length, got.length); index += 1) {
    const wanted = recordText(expected[index])
    const found = recordText(got[index])
    if (wanted !== found) return `record ${index + 1}: expected ${wanted}, got ${found}`
  }
  return undefined
}

const NOTHING = 'nothing'

/** Absent headers and no headers are the same. */
function recordText(record: VectorRecord | undefined): string {
  if (record === undefined) return NOTHING
  const { key, value, timestamp, headers = [] } = record
  return canonical(headers.length === 0 ? { key, value, timestamp } : { key, value, timestamp, headers })
}

function storesDifference(
  expected: Readonly<Record<string, readonly StoreEntry[]>>,
  got: Observed['stores'],
): string | undefined {
  for (const [name, entries] of Object.entries(expected)) {
    const { missing, left } = setDifference(entries, got[name] ?? [])
    if (missing !== undefined)
      return `store ${name}: ${missing} is missing${left === undefined ? '' : `, found ${left}`}`
    if (left !== undefined) return `store ${name}: ${left} should not be there`
  }
  return undefined
}

/** The first entry that only one of them has, repetitions counted. */
export function setDifference(expected: readonly unknown[], got: readonly unknown[]) {
  const counts = new Map<string, number>()
  for (const entry of expected) counts.set(canonical(entry), (counts.get(canonical(entry)) ?? 0) + 1)
  for (const entry of got) counts.set(canonical(entry), (counts.get(canonical(entry)) ?? 0) - 1)
  const first = (sign: number) => [...counts].find(([, count]) => Math.sign(count) === sign)?.[0]
  return { missing: first(1), left: first(-1) }
}

function asOfDifference(
  expected: Readonly<Record<string, readonly AsOfEntry[]>>,
  got: Observed['asOf'],
): string | undefined {
  for (const [name, entries] of Object.entries(expected)) {
    for (const [index, entry] of entries.entries()) {
      const found = got[name]?.[index]
      if (canonical(entry) === canonical(found ?? null)) continue
      return `store ${name}: get(${JSON.stringify(entry[0])}, ${entry[1]}) should be ${canonical(entry.slice(2))}, is ${canonical(found?.slice(2) ?? null)}`
    }
  }
  return undefined
}

function joined(emitted: readonly Emitted[]): Emitted {
  const all: Record<string, VectorRecord[]> = {}
  for (const step of emitted) {
    for (const [topic, records] of Object.entries(step)) all[topic] = [...(all[topic] ?? []), ...records]
  }
  return all
}
