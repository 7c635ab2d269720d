import { joinStores } from '../../../dsl/join-stores'
import { type Stream, stream } from '../../../dsl/stream'
import type { StreamTableJoinOptions } from '../../../dsl/stream-table-join'
import { type Table, type TableStore, table } from '../../../dsl/table'
import { within } from '../../../dsl/within'
import { topology } from '../../../graph/topology'
import { json, long, string } from '../../../serdes'
import { timestampedKeyValueStore, versionedStore } from '../../../stores/declaration'
import { type Scenario, type Scenarios, topics } from '../scenario'
import { jsons, longs, texts } from '../topics'

interface Purchase {
  readonly customer: string | null
  readonly item: string
}
interface OrderEvent {
  readonly type: string
  readonly amount?: number
}
interface OrderRow {
  readonly status: string
  readonly events: number
  readonly paid: number
}

type Texts = Stream<string | null, string | null>
type Rows = Table<string, string>
type Options = StreamTableJoinOptions<string, string>

const textRows = (name: string) => timestampedKeyValueStore(name, { key: string, value: string })
const plus = (left: string, right: string | null) => `${left}+${right}`
const versions = versionedStore('versions', { key: string, value: string, historyRetentionMs: 5_000 })
const withGrace: Options = { name: 'late-rows', key: string, value: string, grace: { ms: 1_000 } }

/** The topic stream joined with the topic table, to out. */
const joinedWithTable =
  (
    name: string,
    rows: TableStore<string, string>,
    join: (left: Texts, right: Rows) => Stream<string | null, string>,
  ): (() => Scenario) =>
  () => {
    const left = texts('stream')
    const right = texts('table')
    const output = texts('out')
    return {
      topology: topology(name, [join(stream(left), table(right, rows)).to(output)]),
      topics: topics(left, right, output),
    }
  }

const statuses = ['CREATED', 'PAID', 'DISPATCHED', 'DELIVERED', 'CANCELLED']
const statusOf: Readonly<Record<string, string>> = {
  OrderCreated: 'CREATED',
  PaymentProcessed: 'PAID',
  OrderDispatched: 'DISPATCHED',
  OrderDelivered: 'DELIVERED',
  OrderCancelled: 'CANCELLED',
}

function nextRow({ status, events, paid }: OrderRow, { type, amount }: OrderEvent): OrderRow {
  const heard = statusOf[type]!
  return {
    status: status === 'NEW' || statuses.indexOf(heard) > statuses.indexOf(status) ? heard : status,
    events: events + 1,
    paid: paid + (type === 'PaymentProcessed' ? (amount ?? 0) : 0),
  }
}

export const scenarios: Scenarios = {
  'stream-table-join': joinedWithTable('stream-table-join', textRows('right'), (left, right) => left.join(right, plus)),
  'stream-table-left-join': joinedWithTable('stream-table-left-join', textRows('right'), (left, right) =>
    left.leftJoin(right, plus),
  ),
  'versioned-stream-table-join': joinedWithTable('versioned-stream-table-join', versions, (left, right) =>
    left.join(right, plus),
  ),
  'versioned-stream-table-left-join': joinedWithTable('versioned-stream-table-left-join', versions, (left, right) =>
    left.leftJoin(right, plus),
  ),
  'versioned-stream-table-join-grace': joinedWithTable('versioned-stream-table-join-grace', versions, (left, right) =>
    left.join(right, plus, withGrace),
  ),
  'versioned-stream-table-left-join-grace': joinedWithTable(
    'versioned-stream-table-left-join-grace',
    versions,
    (left, right) => left.leftJoin(right, plus, withGrace),
  ),

  'stream-table-join-rekeyed': () => {
    const left = jsons<Purchase>('stream')
    const right = texts('table')
    const output = texts('out')
    const joined = stream(left)
      .selectKey((value) => value?.customer ?? null)
      .join(table(right, textRows('right')), ({ item }, name, key) => `${key}:${item}@${name}`, {
        name: 'by-customer',
        key: string,
        value: json<Purchase>(),
      })
    return { topology: topology('stream-table-join-rekeyed', [joined.to(output)]), topics: topics(left, right, output) }
  },

  'stream-joins-own-aggregate': () => {
    const input = longs('in')
    const output = jsons<{ readonly value: number; readonly total: number | null }>('out')
    const source = stream(input)
    const totals = source
      .groupByKey()
      .reduce((total, value) => total + value, timestampedKeyValueStore('totals', { key: string, value: long }))
    const joined = source.leftJoin(totals, (value, total) => ({ value, total }))
    return { topology: topology('stream-joins-own-aggregate', [joined.to(output)]), topics: topics(input, output) }
  },

  'timestamp-rules': () => {
    const [source, other, rows] = [texts('stream'), texts('other'), texts('table')]
    const [mapped, reduced, streamTable] = [texts('mapped'), texts('reduced'), texts('stream-table')]
    const [streamStream, tableTable, tableMapped] = [
      texts('stream-stream'),
      texts('table-table'),
      texts('table-mapped'),
    ]
    const s = stream(source)
    const t = table(rows, textRows('tbl'))
    const latest = s.groupByKey().reduce((_, value) => value, textRows('latest'))
    const near = joinStores('near', { key: string, left: string, right: string })
    return {
      topology: topology('timestamp-rules', [
        s.mapValues((value) => (value === null ? 'null!' : `${value}!`)).to(mapped),
        latest.toStream().to(reduced),
        s.join(t, plus).to(streamTable),
        s.join(stream(other), plus, within({ ms: 800, grace: { ms: 400 } }), near).to(streamStream),
        latest.join(t, plus).toStream().to(tableTable),
        t
          .mapValues((value) => `${value}?`)
          .toStream()
          .to(tableMapped),
      ]),
      topics: topics(source, other, rows, mapped, reduced, streamTable, streamStream, tableTable, tableMapped),
    }
  },

  'orders-status': () => {
    const events = jsons<OrderEvent>('events')
    const status = jsons<OrderRow>('status')
    const perStatus = longs('per-status-out')
    const rows = stream(events)
      .filter((event) => event !== null && event.type in statusOf)
      .groupByKey()
      .aggregate(
        () => ({ status: 'NEW', events: 0, paid: 0 }),
        nextRow,
        timestampedKeyValueStore('order-status', { key: string, value: json<OrderRow>() }),
      )
    const counted = rows
      .groupBy((row) => [row.status, row.status], { name: 'per-status', key: string, value: string })
      .count(timestampedKeyValueStore('per-status', { key: string, value: long }))
    return {
      topology: topology('orders-status', [rows.toStream().to(status), counted.toStream().to(perStatus)]),
      topics: topics(events, status, perStatus),
    }
  },
}
