import type { Change } from '../graph/change'
import type { Instruction, Subscription } from '../serdes/subscriptions'
import type { OperatorFactory } from './operator'
import { valueHash } from './value-hash'

type Sent = readonly [foreignKey: unknown, instruction: Instruction]

interface Keys {
  /** null: the row has none, or there is no row. */
  readonly before: unknown
  readonly now: unknown
  readonly moved: boolean
  readonly deleted: boolean
}

/**
 * Tells the task of the right row what has become of a left row that refers to it (SubscriptionSendProcessorSupplier).
 * Whether the old foreign key had found a row is not known here, so some deletions are announced for results that never were.
 */
export const foreignKeySubscribe: OperatorFactory<'foreign-key-subscribe'> = (spec, context) => {
  const { foreignKey, foreignKeySerde, versioned, left } = spec
  const hashOf = valueHash(spec.hash, context)
  const { encode } = context.open(foreignKeySerde.value, foreignKeySerde.topic)
  const keyOf = (value: unknown, key: unknown) => (value === null ? null : (foreignKey(value, key) ?? null))
  const bytesOf = (key: unknown) => (key === null ? null : encode(key))
  const same = (a: unknown, b: unknown) => {
    const [x, y] = [bytesOf(a), bytesOf(b)]
    return x === null || y === null ? x === y : x.equals(y)
  }
  return {
    process: (record) => {
      const { key } = record
      const { newValue, oldValue, isLatest } = record.value as Change<unknown>
      if (versioned && !isLatest) return context.dropped('out of order in a versioned table')
      if (newValue === null && oldValue === null) return
      const [before, now] = [keyOf(oldValue, key), keyOf(newValue, key)]
      if (!left && newValue !== null && now === null) context.dropped('null foreign key')
      const keys = { before, now, moved: !same(before, now), deleted: newValue === null }
      const hash = newValue === null ? null : hashOf(newValue)
      for (const [to, instruction] of left ? leftJoin(keys) : innerJoin(keys)) {
        const value: Subscription<unknown> = { instruction, hash, primaryKey: key, partition: context.partition }
        context.forward({ ...record, key: to, value })
      }
    },
  }
}

/** Every change gets an answer, since every left row has a result; without a foreign key it is null. */
function leftJoin({ before, now, moved }: Keys): readonly Sent[] {
  const answered: Sent = [now, 'answer']
  return before !== null && moved ? [[before, 'forget'], answered] : [answered]
}

function innerJoin({ before, now, moved, deleted }: Keys): readonly Sent[] {
  if (deleted || now === null) return before === null ? [] : [[before, 'forget-and-answer']]
  // A row that is new, or still refers to the same, has no result to be taken back where nothing is found.
  if (before === null || !moved) return [[now, 'answer-if-found']]
  return [
    [before, 'forget'],
    [now, 'answer'],
  ]
}
