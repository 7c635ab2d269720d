import { type Change, change } from '../graph/change'
import { keyId } from './key-id'
import type { OperatorContext, StreamRecord } from './operator'

/** Where a table operator's updates go: on at once, or held back until the commit. */
export interface Updates {
  /** `stored` is what the row was in the store, where that is not the old value to be told. */
  forward(record: StreamRecord, update: Change<unknown>, stored?: unknown): void
  /** Before a commit: only the latest update of each key goes on. */
  flush(): void
}

interface Held {
  readonly record: StreamRecord
  readonly update: Change<unknown>
  /** Runs something on the account of the source record of the update. */
  readonly charged: (run: () => void) => void
}

/**
 * The updates of a table kept in a store. With `caching` an update of a key replaces the one before it within a commit;
 * the old value is that before the first of them, and a row that came and went within one commit was never there
 * (Kafka Streams' record cache). The order is that of the latest updates.
 */
export function updates(context: OperatorContext, store: { readonly caching: boolean }): Updates {
  const { forward, sendsOldValues } = context
  const send = ({ key, timestamp, headers }: StreamRecord, { newValue, oldValue, isLatest }: Change<unknown>) =>
    forward({ key, value: change(newValue, sendsOldValues ? oldValue : null, isLatest), timestamp, headers })
  if (!store.caching) return { forward: send, flush: () => undefined }

  let held = new Map<string, Held>()
  return {
    forward: (record, update, stored = update.oldValue) => {
      const id = keyId(record.key)
      const before = held.get(id)
      const oldValue = before === undefined ? stored : before.update.oldValue
      held.delete(id)
      held.set(id, { record, update: { ...update, oldValue }, charged: context.remember() })
    },
    flush: () => {
      const due = held
      held = new Map()
      for (const { record, update, charged } of due.values()) {
        if (update.newValue !== null || update.oldValue !== null) charged(() => send(record, update))
      }
    },
  }
}
