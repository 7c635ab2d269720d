import type { Windowed } from '../../stores/store'
import type { VectorRecord } from './vector'

/** A windowed key as the vectors write it; any other key as it is. */
export function windowedKey(key: unknown): VectorRecord['key'] {
  if (typeof key !== 'object' || key === null) return (key ?? null) as string | null
  const { key: of, window } = key as Windowed<string>
  return { key: of, start: window.start, end: window.end }
}

/** The same text for values that are deeply equal: the members of objects are sorted. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    const members = Object.entries(part)
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
