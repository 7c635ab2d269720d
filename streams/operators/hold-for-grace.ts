import type { BufferPlace } from '../serdes/buffered'
import type { HeldRecord } from '../serdes/held-records'
import type { KeyValueStore } from '../stores/store'
import { keyId } from './key-id'
import type { OperatorFactory, StreamRecord } from './operator'

type Waiting = KeyValueStore<BufferPlace<unknown>, readonly HeldRecord<unknown>[]>
type Charged = (run: () => void) => void

/**
 * Records wait until the stream itself has passed their timestamp by the grace period, and go on in the order of time, then
 * key bytes, then arrival (RocksDBTimeOrderedKeyValueBuffer). One that comes later than that goes on at once, as does one
 * that can wait for nothing, since it has no key or no value.
 */
export const holdForGrace: OperatorFactory<'hold-for-grace'> = ({ graceMs, waiting }, context) => {
  const store = context.store(waiting.name) as Waiting
  /** On whose account each record goes on; those restored from the changelog have none. */
  const accounts = new Map<string, Charged[]>()
  let streamTime: number | undefined
  let earliest = Number.POSITIVE_INFINITY

  /** The latest record always waits, so it tells where the stream stood before a restart. */
  const restoredTime = (): number => {
    earliest = firstTime(store.all()) ?? earliest
    return firstTime(store.reverseAll()) ?? -1
  }
  const hold = ({ key, value, timestamp, headers }: StreamRecord) => {
    const place: BufferPlace<unknown> = { kind: 'update', time: timestamp, key }
    const id = `${timestamp}/${keyId(key)}`
    store.put(place, [...(store.get(place) ?? []), { value, headers }])
    accounts.set(id, [...(accounts.get(id) ?? []), context.remember()])
    earliest = Math.min(earliest, timestamp)
  }
  const release = (upTo: number) => {
    if (earliest > upTo) return
    earliest = Number.POSITIVE_INFINITY
    for (const { key: place, value: records } of store.all()) {
      const timestamp = timeOf(place)
      earliest = timestamp
      if (timestamp > upTo || place.kind !== 'update') return
      const { key } = place
      const id = `${timestamp}/${keyId(key)}`
      const charged = accounts.get(id) ?? []
      const restored = records.length - charged.length
      store.delete(place)
      accounts.delete(id)
      records.forEach(({ value, headers }, index) => {
        const forward = () => context.forward({ key, value, timestamp, headers })
        const account = charged[index - restored]
        if (account === undefined) forward()
        else account(forward)
      })
    }
    earliest = Number.POSITIVE_INFINITY
  }
  return {
    process: (record) => {
      if (record.key === null || record.value === null) return context.forward(record)
      const before = streamTime ?? restoredTime()
      streamTime = Math.max(before, record.timestamp)
      if (record.timestamp < streamTime - graceMs) return context.forward(record)
      hold(record)
      release(streamTime - graceMs)
    },
  }
}

function firstTime(entries: Iterable<{ readonly key: BufferPlace<unknown> }>): number | undefined {
  for (const { key } of entries) return timeOf(key)
  return undefined
}

function timeOf(place: BufferPlace<unknown>): number {
  return place.kind === 'update' ? place.time : Number.POSITIVE_INFINITY
}
