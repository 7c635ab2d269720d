/** What table nodes forward as the value of their records. */
import type { Change } from '../serdes/changes'

export type { Change } from '../serdes/changes'

export function change<V>(newValue: V | null, oldValue: V | null, isLatest = true): Change<V> {
  return { newValue, oldValue, isLatest }
}
