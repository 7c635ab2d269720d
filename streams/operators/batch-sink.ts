import type { SinkRecord } from '../graph/specs/async'
import type { OperatorFactory } from './operator'

/** Collects the records between two commits and hands them over before the commit of their offsets. */
export const batchSink: OperatorFactory<'batch-sink'> = ({ sink }, context) => {
  let waiting: SinkRecord<unknown, unknown>[] = []
  return {
    process: (record) => {
      const metadata = context.recordMetadata() ?? { topic: '', partition: context.partition, offset: -1 }
      waiting.push({ ...record, ...metadata })
    },
    waiting: () => waiting.length > 0,
    beforeCommit: async () => {
      if (waiting.length === 0) return
      await sink.write(waiting)
      waiting = []
    },
  }
}
