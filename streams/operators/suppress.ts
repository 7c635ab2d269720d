import { TaskFailure } from '../errors'
import { type Change, change } from '../graph/change'
import type { Windowed } from '../serdes/windowed'
import type { OperatorFactory } from './operator'
import { suppressBuffer } from './suppress-buffer'

/**
 * Holds the updates of a table back (KTableSuppressProcessor, KIP-328): until the window has closed, or for a time, during
 * which the updates of a key replace each other in the place of the first.
 */
export const suppress: OperatorFactory<'suppress'> = (spec, context) => {
  const { until, waitMs, maxRecords, whenFull } = spec
  const buffer = suppressBuffer(spec, context)
  const timeOf = (key: unknown, timestamp: number) =>
    until === 'record' ? timestamp : (key as Windowed<unknown>).window.end

  const emit: Parameters<typeof buffer.takeWhile>[1] = ({ key, update }) => {
    const { newValue, oldValue, timestamp, headers } = update
    if (newValue === null && until === 'window-end') return
    context.forward({ key, value: change(newValue, oldValue), timestamp, headers })
  }

  return {
    process: ({ key, value, timestamp, headers }) => {
      const { newValue, oldValue } = value as Change<unknown>
      const streamTime = buffer.observe(timestamp)
      const held = buffer.get(key)
      const prior = held === undefined ? oldValue : held.prior
      buffer.put(key, timeOf(key, timestamp), { kind: 'update', timestamp, headers, newValue, oldValue, prior })
      buffer.takeWhile(() => buffer.earliest <= streamTime - waitMs, emit)
      if (buffer.size <= maxRecords) return
      if (whenFull === 'emit') return buffer.takeWhile(() => buffer.size > maxRecords, emit)
      throw new TaskFailure(
        'PROCESSING_FAILED',
        `suppress holds back ${buffer.size} keys in ${spec.buffer.name}, more than its maxRecords of ${maxRecords}`,
        { details: { store: spec.buffer.name, maxRecords } },
      )
    },
    row: (key) => {
      const held = buffer.get(key)
      if (held === undefined) return context.parentRow(0, key)
      // Only the value before the first update is known, not its timestamp.
      return held.prior === null ? undefined : { value: held.prior, timestamp: -1 }
    },
    flush: buffer.keepTime,
  }
}
