/** What table nodes forward as the value of their records: how one row has changed. */
export interface Change<V> {
  /** null: the row is gone. */
  readonly newValue: V | null
  /** The row before, so that what depends on it can be taken back; null: there was none, or it is not known. */
  readonly oldValue: V | null
  /** False only for an out-of-order write to a versioned table: it belongs to the past and leaves the latest row as it is (KIP-914). */
  readonly isLatest: boolean
}

export function change<V>(newValue: V | null, oldValue: V | null, isLatest = true): Change<V> {
  return { newValue, oldValue, isLatest }
}
