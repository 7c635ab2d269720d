import type { Answer } from '../serdes/subscriptions'
import type { OperatorFactory } from './operator'
import { valueHash } from './value-hash'

/**
 * Joins an answer with the left row (ResponseJoinProcessorSupplier). An answer to a value that the row no longer has is
 * left out: the row has asked again since, and that answer is on its way.
 */
export const foreignKeyResolve: OperatorFactory<'foreign-key-resolve'> = ({ joiner, hash, left }, context) => {
  const hashOf = valueHash(hash, context)
  return {
    process: (record) => {
      const { key } = record
      const answer = record.value as Answer<unknown>
      const row = context.parentRow(1, key)
      const isCurrent = row === undefined ? answer.hash === null : answer.hash?.equals(hashOf(row.value)) === true
      if (!isCurrent) return context.dropped('answer to a former foreign key')
      const nothing = answer.value === null && (!left || row === undefined)
      context.forward({ ...record, value: nothing ? null : joiner(row?.value ?? null, answer.value, key) })
    },
  }
}
