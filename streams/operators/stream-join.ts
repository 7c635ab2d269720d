import { type Side, sidesOf } from './join-sides'
import type { OperatorFactory, StreamRecord } from './operator'
import { unpartnered } from './unpartnered'

/**
 * The windowed join of two streams (Kafka Streams' KStreamKStreamJoin). Each side keeps its records for the length of the
 * window and the grace; a record is joined with what it finds on the other side and then kept. None is left out for being
 * late: what is too old is no longer found.
 */
export const streamJoin: OperatorFactory<'stream-join'> = (spec, context) => {
  const sides = sidesOf(spec, context)
  const without = spec.withoutPartner && unpartnered({ ...spec, ...spec.withoutPartner, sides }, context)

  /** Whether there was a partner. */
  const joinWithOthers = ({ key, value, timestamp, headers }: StreamRecord, side: Side): boolean => {
    const from = Math.max(0, timestamp - side.beforeMs)
    const to = Math.max(0, timestamp + side.afterMs)
    let found = false
    for (const other of side.others.fetchRange(key, from, to)) {
      const { start } = other.key.window
      found = true
      without?.remove(key, start, side)
      const joined = side.join(value, other.value, key)
      context.forward({ key, value: joined, timestamp: Math.max(timestamp, start), headers })
    }
    return found
  }

  return {
    process: (record, input) => {
      const side = input === 0 ? sides.left : sides.right
      const { key, value, timestamp } = record
      without?.observe(timestamp)
      if (value === null) return context.dropped('null value in a stream join')
      if (key === null) {
        if (!side.alone) return context.dropped('null key in a stream join')
        return context.forward({ ...record, value: side.join(value, null, key) })
      }
      without?.emitDue(record, side)
      if (!joinWithOthers(record, side) && side.alone) without?.add(record, side)
      side.own.put(key, value, timestamp)
    },
    flush: () => without?.keepTimes(),
  }
}
