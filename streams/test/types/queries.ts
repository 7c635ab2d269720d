/** Compiled, not run: how stores are queried. */
import { windowedStore } from '../../dsl/windowed-store'
import { tumbling } from '../../dsl/windows'
import { json, long, string } from '../../serdes'
import {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedStore,
} from '../../stores/declaration'
import type { KeyValue, ValueAndTimestamp, VersionedRecord, Windowed } from '../../stores/store'
import type { Worker } from '../../worker/worker'

interface Order {
  readonly amount: number
}

declare const worker: Worker

const orders = keyValueStore('orders', { key: string, value: json<Order>() })
const latest = timestampedKeyValueStore('latest', { key: long, value: json<Order>() })
const prices = versionedStore('prices', { key: string, value: long, historyRetentionMs: 1 })
const clicks = windowedStore('clicks', tumbling({ minutes: 1 }), { key: string, value: long })
const windows = timestampedWindowStore('windows', { key: string, value: long, windowSizeMs: 1, retentionMs: 1 })
const visits = sessionStore('visits', { key: string, value: long, retentionMs: 1 })

export async function asked() {
  const order: Order | undefined = (await worker.store(orders).get('a')).value
  const stamped: ValueAndTimestamp<Order> | undefined = (await worker.store(latest).get(1)).value
  const some: readonly KeyValue<string, Order>[] = (await worker.store(orders).range('a', 'b').answer()).value
  const price: VersionedRecord<number> | undefined = (await worker.store(prices).get('a', { asOf: 1 })).value
  const minute: ValueAndTimestamp<number> | undefined = (await worker.store(clicks).fetch('/', 0)).value
  for await (const { key } of worker.store(windows).fetchRange('a', 0, 1)) key satisfies Windowed<string>
  const visit: number | undefined = (await worker.store(visits).fetchSession('a', 0, 1)).value
  const written = { topic: 'orders', partition: 0, offset: 1 }
  await worker.store(orders).get('a', { atLeast: written, allowStandby: true, timeoutMs: 10, partition: 'all' })
  return [order, stamped, some, price, minute, visit]
}

export async function refused() {
  // @ts-expect-error the key is of another type; says: Argument of type 'number' is not assignable to parameter of type 'string'
  await worker.store(orders).get(1)
  // @ts-expect-error only a versioned store knows what held; says: 'asOf' does not exist in type 'ReadOptions'
  await worker.store(orders).get('a', { asOf: 1 })
  // @ts-expect-error a key-value store has no windows; says: Property 'fetch' does not exist on type 'KeyValueQueries<string, Order>'
  await worker.store(orders).fetch('a', 0)
  // @ts-expect-error who asks cannot write; says: Property 'put' does not exist on type 'KeyValueQueries<string, Order>'
  worker.store(orders).put('a', { amount: 1 })
  // @ts-expect-error the value is of another type; says: Type 'Order | undefined' is not assignable to type 'string | undefined'
  const text: string | undefined = (await worker.store(orders).get('a')).value
  return text
}
