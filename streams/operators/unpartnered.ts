import type { WithoutPartner } from '../graph/specs/stream-join'
import { type JoinTimes, joinTimes, type Waiting, type WaitingKey } from '../serdes/waiting'
import type { KeyValueStore } from '../stores/store'
import { opposite, type Side, type Sides } from './join-sides'
import type { OperatorContext, StreamRecord } from './operator'

/**
 * The records of a left or outer join that have no partner yet (KIP-633, KAFKA-10847). They come out with null once their
 * window and its grace have passed in the stream time of both sides together.
 */
export interface Unpartnered {
  /** Every record counts for the stream time, also one with a null key or value. */
  observe(timestamp: number): void
  /** Emits what is due, if the record, of this side, is at stream time. */
  emitDue(record: StreamRecord, side: Side): void
  /** The record has found no partner: it waits, or comes out at once if its window has passed. */
  add(record: StreamRecord, side: Side): void
  /** What waited with this key and timestamp on the other side has a partner. */
  remove(key: unknown, timestamp: number, side: Side): void
  /** Before a commit: keeps the times, so that a restart changes no result. */
  keepTimes(): void
}

export interface UnpartneredOptions extends Pick<WithoutPartner, 'waiting' | 'emitEveryMs'> {
  readonly sides: Sides
  readonly graceMs: number
}

const noTimes: JoinTimes = { streamTime: -1, earliestWaiting: Number.POSITIVE_INFINITY }

export function unpartnered(options: UnpartneredOptions, context: OperatorContext): Unpartnered {
  const { sides, graceMs, emitEveryMs } = options
  const store = context.store(options.waiting.name) as KeyValueStore<WaitingKey<unknown>, Waiting | JoinTimes>
  let kept: JoinTimes | undefined
  let { streamTime, earliestWaiting } = noTimes
  let nextEmit = 0

  /** Read with the first record, since stores are restored after the operators are made. */
  const readTimes = () => {
    kept = (store.get(joinTimes) as JoinTimes | undefined) ?? noTimes
    streamTime = kept.streamTime
    earliestWaiting = kept.earliestWaiting
  }
  const isOpen = (timestamp: number, side: Side) => timestamp + side.afterMs + graceMs >= streamTime

  /** Looks at the waiting records, oldest first, until an open window has been met on both sides. */
  const emitClosed = ({ headers }: StreamRecord) => {
    const open = { left: false, right: false }
    earliestWaiting = Number.POSITIVE_INFINITY
    for (const { key: place, value } of store.all()) {
      if (place.kind === 'times') break
      const { timestamp, key } = place
      const { values } = value as Waiting
      const side = sides[place.side]
      earliestWaiting = timestamp
      if (open.left && open.right) break
      if (isOpen(timestamp, side)) {
        open[side.name] = true
        // Each value counts: with a second one the walk ends here, not at the next timestamp.
        if (open.left && open.right && values.length > 1) break
        continue
      }
      store.put(place, null)
      for (const own of values) {
        context.forward({ key, value: side.join(own, null, key), timestamp, headers })
      }
    }
  }

  return {
    observe: (timestamp) => {
      if (kept === undefined) readTimes()
      streamTime = Math.max(streamTime, timestamp)
    },
    emitDue: (record, side) => {
      if (record.timestamp !== streamTime) return
      const nothingWaits = earliestWaiting === Number.POSITIVE_INFINITY
      // As in Kafka Streams, where nothing waits is a round too: the next one is an interval later.
      if (nothingWaits ? side.afterMs + graceMs === 0 : isOpen(earliestWaiting, side)) return
      const now = context.wallClock()
      if (now < nextEmit) return
      nextEmit = now + emitEveryMs
      if (!nothingWaits) emitClosed(record)
    },
    add: (record, side) => {
      const { key, value, timestamp } = record
      if (timestamp + side.afterMs < streamTime) {
        return context.forward({ ...record, value: side.join(value, null, key) })
      }
      earliestWaiting = Math.min(earliestWaiting, timestamp)
      const place: WaitingKey<unknown> = { kind: 'record', timestamp, side: side.name, key }
      const present = store.get(place) as Waiting | undefined
      store.put(place, { side: side.name, values: [...(present?.values ?? []), value] })
    },
    remove: (key, timestamp, side) => {
      const place: WaitingKey<unknown> = { kind: 'record', timestamp, side: opposite[side.name], key }
      if (store.get(place) !== undefined) store.put(place, null)
    },
    keepTimes: () => {
      if (kept === undefined || (kept.streamTime === streamTime && kept.earliestWaiting === earliestWaiting)) return
      kept = { streamTime, earliestWaiting }
      store.put(joinTimes, kept)
    },
  }
}
