/** Keeps the balance of each account and answers for it: the same from any worker, and no older than what one has just written. */
import {
  json,
  long,
  type ReadOptions,
  stream,
  string,
  timestampedKeyValueStore,
  topic,
  topology,
  type Worker,
} from 'millrace'

export interface Payment {
  readonly amount: number
}

export const payments = topic('account-payments', { key: string, value: json<Payment>(), partitions: 3 })
export const balanceChanges = topic('balances', { key: string, value: long, partitions: 3 })
export const balances = timestampedKeyValueStore('balance-of', { key: string, value: long })

const balance = stream(payments)
  .groupByKey()
  .aggregate(
    () => 0,
    (sum, { amount }) => sum + amount,
    balances,
  )

export const accounts = topology('accounts', [balance.toStream().to(balanceChanges)])

/** Asks the worker that has the account. `atLeast`: what writing a payment resolved with. */
export async function balanceOf(worker: Worker, account: string, options?: ReadOptions): Promise<number> {
  const { value } = await worker.store(balances).get(account, options)
  return value?.value ?? 0
}
