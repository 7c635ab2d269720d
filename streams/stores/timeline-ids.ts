/**
 * How the units of window, session and versioned stores lie in the back end. The first byte tells what a unit is.
 *
 * A bundle holds the slots of one key in one segment of time and is read by its exact id. Its key stands last and
 * unescaped, so that bundles of one segment come in the order of their keys' bytes. The slots of a bundle that has
 * grown large stand by themselves; there the key's length stands first, so that no key is the beginning of another.
 */
import { afterPrefix, orderedInt, orderedLong, readOrderedInt, readOrderedLong, successor } from './bytes'

const META = '\x00'
const BUNDLE = '\x01'
const SLOT = '\x02'
const LATEST = '\x03'
const END = '\x04'

export type TimelineKind = 'meta' | 'bundle' | 'slot' | 'latest'

const KINDS: Readonly<Record<string, TimelineKind>> = {
  [META]: 'meta',
  [BUNDLE]: 'bundle',
  [SLOT]: 'slot',
  [LATEST]: 'latest',
}

export const kindOf = (id: string): TimelineKind => KINDS[id[0]!]!

export const metaId = META

export const latestId = (key: string): string => LATEST + key
export const latestKey = (id: string): string => id.slice(1)
export const allLatest = { from: LATEST, to: END }

export const bundleId = (segment: number, key: string): string => BUNDLE + orderedLong(segment) + key
export const bundleKey = (id: string): string => id.slice(9)

/** The bundles of a segment with `fromKey <= key <= toKey`. */
export function bundleRange(segment: number, fromKey = '', toKey?: string) {
  const from = bundleId(segment, fromKey)
  return { from, to: toKey === undefined ? bundleId(segment + 1, '') : successor(bundleId(segment, toKey)) }
}

export const slotId = (segment: number, key: string, at: string): string =>
  SLOT + orderedLong(segment) + orderedInt(key.length) + key + at

export function parseSlotId(id: string): { readonly segment: number; readonly key: string; readonly at: string } {
  const keyEnd = 13 + readOrderedInt(id, 9)
  return { segment: readOrderedLong(id, 1), key: id.slice(13, keyEnd), at: id.slice(keyEnd) }
}

/** The slots of one large bundle with `from <= at < to`. */
export function slotRange(
  segment: number,
  key: string,
  { from = '', to }: { readonly from?: string; readonly to?: string },
) {
  const all = slotId(segment, key, '')
  return { from: all + from, to: to === undefined ? afterPrefix(all) : all + to }
}

/** All that belongs to segments before the one given. */
export function idsBefore(segment: number) {
  return [BUNDLE, SLOT].map((kind) => ({ from: kind, to: kind + orderedLong(segment) }))
}
