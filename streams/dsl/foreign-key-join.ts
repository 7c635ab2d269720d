import { MillraceError } from '../errors'
import { type Node, node } from '../graph/node'
import type { ForeignKeySpecs } from '../graph/specs/foreign-key'
import type { Serde } from '../serdes/serde'
import { type Answer, answers, subscriptionKey, subscriptions } from '../serdes/subscriptions'
import { keyValueStore } from '../stores/declaration'
import { erase, type SinkSerde } from './erase'
import { requireRows, rowsOf, Table, type TableStore } from './table'

/**
 * What a join by a foreign key leaves behind: the topics `<app-id>-<name>-subscription-registration-repartition` and
 * `<app-id>-<name>-subscription-response-repartition`, and the store `<name>-subscription-store`.
 */
export interface ForeignKeyJoin<K, V, F, V2, R> {
  /** Durable. */
  readonly name: string
  /** Keeps the result, so that its rows can be looked up. */
  readonly store?: TableStore<K, R>
  /** Serdes of this table's rows. Default: those of its topic or store, where it still has them. */
  readonly key?: SinkSerde<K>
  readonly value?: SinkSerde<V>
  /** The same of the other table. */
  readonly otherKey?: SinkSerde<F>
  readonly otherValue?: SinkSerde<V2>
  /** Of the subscriptions. Default `persistent`. */
  readonly backend?: 'persistent' | 'memory'
}

export interface ForeignKeyJoiner {
  readonly foreignKey: unknown
  readonly joiner: unknown
  /** A row without a partner has a result. */
  readonly left: boolean
}

/** @internal @throws MillraceError TOPOLOGY_INVALID: a table does not keep its rows, or a serde is not known */
export function joinByForeignKey<K, V, F, V2, R>(
  left: Table<K, V>,
  right: Table<F, V2>,
  how: ForeignKeyJoiner,
  options: ForeignKeyJoin<K, V, F, V2, R>,
): Table<K, R> {
  requireRows(left, 'a join by a foreign key')
  requireRows(right, 'a join by a foreign key')
  const { name, store } = options
  const serdes = serdesOf(left, right, options)
  const hash = { value: serdes.value, topic: `${name}-subscription-registration-vh` }
  const subscribed = subscribe(left, how, { name, serdes, hash })
  const answered = answer(subscribed, right, options, serdes)
  const resolved = node(
    {
      type: 'foreign-key-resolve',
      name: `${name}-subscription-response-resolver`,
      joiner: erase<() => unknown>(how.joiner),
      hash,
      left: how.left,
    },
    [answered],
    [left.node],
  )
  const declared = store === undefined ? undefined : erase<TableStore<unknown, unknown>>(store)
  const kept = declared === undefined ? {} : { store: declared, stores: [declared] }
  const result = node({ type: 'to-table', name: `${name}-result`, of: 'stream', ...kept }, [resolved])
  return new Table<K, R>(result, {
    serdes: store === undefined ? { key: left.lineage.serdes.key } : { key: store.key, value: store.value },
    rows: rowsOf(store),
    mend: `join(other, foreignKey, joiner, { name: '${name}', store })`,
  })
}

type Serdes = Readonly<Record<'key' | 'value' | 'otherKey' | 'otherValue', Serde<unknown>>>

interface Subscribing {
  readonly name: string
  readonly serdes: Serdes
  readonly hash: ForeignKeySpecs['foreign-key-subscribe']['hash']
}

function subscribe<K, V>(left: Table<K, V>, how: ForeignKeyJoiner, { name, serdes, hash }: Subscribing): Node {
  const subscribing = node(
    {
      type: 'foreign-key-subscribe',
      name: `${name}-subscription-registration-processor`,
      foreignKey: erase<() => unknown>(how.foreignKey),
      foreignKeySerde: { value: serdes.otherKey, topic: `${name}-subscription-registration-fk` },
      hash,
      left: how.left,
      versioned: left.lineage.rows === 'versioned',
    },
    [left.node],
  )
  return node(
    {
      type: 'repartition',
      repartition: `${name}-subscription-registration`,
      key: serdes.otherKey,
      value: erase<Serde<unknown>>(subscriptions(serdes.key)),
      // On behalf of a left row without a foreign key: its answer comes by way of any task.
      keepsNullKeys: true,
    },
    [subscribing],
  )
}

function answer<K, V, F, V2, R>(
  subscribed: Node,
  right: Table<F, V2>,
  { name, backend }: ForeignKeyJoin<K, V, F, V2, R>,
  serdes: Serdes,
): Node {
  const kept = keyValueStore(`${name}-subscription-store`, {
    key: subscriptionKey(serdes.otherKey, serdes.key),
    value: subscriptions(serdes.key),
    ...(backend && { backend }),
  })
  const answering = node(
    {
      type: 'foreign-key-answer',
      name: `${name}-subscription-receive`,
      subscriptions: kept,
      versioned: right.lineage.rows === 'versioned',
      stores: [kept],
    },
    [subscribed, right.node],
  )
  return node(
    {
      type: 'repartition',
      repartition: `${name}-subscription-response`,
      key: serdes.key,
      value: erase<Serde<unknown>>(answers(serdes.otherValue)),
      // To the task that asked, whatever its records are partitioned by.
      partitioner: (value) => (value as Answer<unknown>).partition!,
    },
    [answering],
  )
}

function serdesOf<K, V, F, V2, R>(
  left: Table<K, V>,
  right: Table<F, V2>,
  options: ForeignKeyJoin<K, V, F, V2, R>,
): Serdes {
  const serdes = {
    key: options.key ?? left.lineage.serdes.key,
    value: options.value ?? left.lineage.serdes.value,
    otherKey: options.otherKey ?? right.lineage.serdes.key,
    otherValue: options.otherValue ?? right.lineage.serdes.value,
  }
  const missing = Object.entries(serdes).flatMap(([part, serde]) => (serde === undefined ? [part] : []))
  if (missing.length === 0) return erase<Serdes>(serdes)
  throw new MillraceError(
    'TOPOLOGY_INVALID',
    `a join by a foreign key goes through topics of its own, and the serdes of ${missing.join(', ')} are not known: write join(other, foreignKey, joiner, { name, ${missing.join(', ')} })`,
    { details: { missing } },
  )
}
