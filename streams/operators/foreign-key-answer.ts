import type { Change } from '../graph/change'
import type { Answer, Instruction, Subscription, SubscriptionKey } from '../serdes/subscriptions'
import type { KeyValueStore } from '../stores/store'
import type { OperatorFactory, StreamRecord } from './operator'

type Subscriptions = KeyValueStore<SubscriptionKey<unknown, unknown>, Subscription<unknown>>

const forgets = (instruction: Instruction) => instruction === 'forget' || instruction === 'forget-and-answer'

/**
 * Keeps who refers to which right row, and answers: a subscription at once, and all of a row when it changes, in the order
 * of the left keys' bytes (SubscriptionReceive-, SubscriptionJoin- and ForeignTableJoinProcessorSupplier).
 */
export const foreignKeyAnswer: OperatorFactory<'foreign-key-answer'> = ({ subscriptions, versioned }, context) => {
  const store = context.store(subscriptions.name) as Subscriptions

  const answer = (record: StreamRecord, { hash, primaryKey, partition }: Subscription<unknown>, value: unknown) => {
    const answered: Answer<unknown> = { hash, value, partition }
    context.forward({ ...record, key: primaryKey, value: answered })
  }
  const subscribed = (record: StreamRecord) => {
    const { key: foreignKey, timestamp } = record
    const subscription = record.value as Subscription<unknown>
    const { instruction, primaryKey } = subscription
    // Only a left join asks on behalf of a row without a foreign key.
    if (foreignKey === null && instruction !== 'answer') return context.dropped('null foreign key')
    if (foreignKey !== null) store.put({ foreignKey, primaryKey }, forgets(instruction) ? null : subscription)
    const row = foreignKey === null ? undefined : context.parentRow(1, foreignKey)
    const at = { ...record, timestamp: Math.max(timestamp, row?.timestamp ?? -1) }
    if (instruction === 'forget-and-answer') answer(at, subscription, null)
    else if (instruction === 'answer' || (instruction === 'answer-if-found' && row !== undefined)) {
      answer(at, subscription, row?.value ?? null)
    }
  }
  const changed = (record: StreamRecord) => {
    const { newValue, isLatest } = record.value as Change<unknown>
    if (versioned && !isLatest) return context.dropped('out of order in a versioned table')
    for (const { value: subscription } of store.prefixScan({ foreignKey: record.key })) {
      answer(record, subscription, newValue)
    }
  }
  return { process: (record, input) => (input === 0 ? subscribed(record) : changed(record)) }
}
