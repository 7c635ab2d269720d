import type { BufferPlace } from '../serdes/buffered'
import type { HeldRecord } from '../serdes/held-records'
import type { KeyValueStore } from '../stores/store'
import type { OperatorContext, OperatorFactory, StreamRecord } from './operator'

/**
 * Looks each record's key up in the table (KStreamKTableJoinProcessor). Only the stream makes results. Null values are left
 * out; a null key has no row, which only a left join can do with. On a table that keeps versions it is the row as of the
 * record's timestamp, and with a grace period the record waits for rows that come late (KIP-923).
 */
export const streamTableJoin: OperatorFactory<'stream-table-join'> = (spec, context) => {
  const { joiner, left, versioned, grace } = spec
  const join = (record: StreamRecord) => {
    const { key, value, timestamp } = record
    const row = key === null ? undefined : context.parentRow(1, key, versioned ? timestamp : undefined)
    if (row === undefined && !left) return
    context.forward({ ...record, value: joiner(value, row?.value ?? null, key) })
  }
  const process = grace === undefined ? join : waitingFor(grace, context, join)
  return {
    process: (record) => {
      if (record.value === null) return context.dropped('null value in a stream-table join')
      if (record.key !== null) return process(record)
      if (left) return join(record)
      context.dropped('null key in a stream-table join')
    },
  }
}

type Waiting = KeyValueStore<BufferPlace<unknown>, readonly HeldRecord<unknown>[]>

/** Records wait until the stream itself has passed their timestamp by the grace period, and go on in the order of time, then key. */
function waitingFor(
  { ms, waiting }: { readonly ms: number; readonly waiting: { readonly name: string } },
  context: OperatorContext,
  join: (record: StreamRecord) => void,
): (record: StreamRecord) => void {
  const store = context.store(waiting.name) as Waiting
  let streamTime = -1

  const release = () => {
    for (const { key: place, value: records } of store.all()) {
      if (place.kind !== 'update' || place.time + ms > streamTime) return
      store.delete(place)
      for (const { value, headers } of records) join({ key: place.key, value, timestamp: place.time, headers })
    }
  }
  return (record) => {
    const { key, value, timestamp, headers } = record
    streamTime = Math.max(streamTime, timestamp)
    if (timestamp < streamTime - ms) {
      join(record)
    } else {
      const place: BufferPlace<unknown> = { kind: 'update', time: timestamp, key }
      store.put(place, [...(store.get(place) ?? []), { value, headers }])
    }
    release()
  }
}
