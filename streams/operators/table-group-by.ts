import { isDeepStrictEqual } from 'node:util'
import { type Change, change } from '../graph/change'
import type { OperatorFactory } from './operator'

/**
 * Hands each change of a row to its group (KTableRepartitionMap): one combined change where the group stays the same, else
 * the old group's first. What has no group, or no value in it, is in none.
 */
export const tableGroupBy: OperatorFactory<'table-group-by'> = ({ select, versioned }, context) => {
  const selected = (value: unknown, key: unknown) => {
    const pair = value === null ? null : select(value, key)
    return pair === null || pair[0] === null || pair[1] === null ? undefined : { group: pair[0], value: pair[1] }
  }
  return {
    process: (record) => {
      const { newValue, oldValue, isLatest } = record.value as Change<unknown>
      // An aggregate is over the latest rows only.
      if (versioned && !isLatest) return context.dropped('out of order in a versioned table')
      const now = selected(newValue, record.key)
      const before = selected(oldValue, record.key)
      if (now !== undefined && before !== undefined && isDeepStrictEqual(now.group, before.group)) {
        return context.forward({ ...record, key: now.group, value: change(now.value, before.value, isLatest) })
      }
      if (before !== undefined) {
        context.forward({ ...record, key: before.group, value: change(null, before.value, isLatest) })
      }
      if (now !== undefined) context.forward({ ...record, key: now.group, value: change(now.value, null, isLatest) })
    },
  }
}
