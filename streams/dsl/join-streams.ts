import { type Node, node } from '../graph/node'
import type { StreamJoinSpec } from '../graph/specs/stream-join'
import type { Serde } from '../serdes/serde'
import { erase, type SinkSerde } from './erase'
import { declareJoinStores, type JoinStores } from './join-stores'
import { type Keyed, partitionedByKey } from './partitioned-by-key'
import type { JoinWindows } from './within'

export type JoinKind = 'inner' | 'left' | 'outer'

/** Neither null keys nor null values are kept. */
export type JoinStoresOf<K, L, R> = JoinStores<Exclude<K, null>, Exclude<L, null>, Exclude<R, null>>

export interface StreamJoin<K, L, R> {
  readonly kind: JoinKind
  readonly joiner: unknown
  readonly windows: JoinWindows
  readonly stores: JoinStoresOf<K, L, R>
}

/** The node of a stream-stream join; a side whose key has changed is repartitioned under the name of the stores. */
export function streamJoinNode<K, L, R>(left: Keyed, right: Keyed, join: StreamJoin<K, L, R>): Node {
  const { kind, joiner, windows, stores } = join
  const { left: leftStore, right: rightStore, waiting } = declareJoinStores(stores, windows)
  const alone = { left: kind !== 'inner', right: kind === 'outer' }
  const withoutPartner =
    kind === 'inner' ? undefined : { ...alone, waiting: waiting(), emitEveryMs: windows.emitEveryMs }
  const spec: StreamJoinSpec = {
    joiner: erase(joiner),
    beforeMs: windows.beforeMs,
    afterMs: windows.afterMs,
    graceMs: windows.graceMs,
    left: leftStore,
    right: rightStore,
    ...(withoutPartner && { withoutPartner }),
  }
  const side = (of: Keyed, name: 'left' | 'right') =>
    partitionedByKey(of, {
      name: `${stores.name}-${name}`,
      key: erase<Serde<unknown>>(stores.key),
      value: erase<Serde<unknown>>(stores[name] satisfies SinkSerde<never>),
      // On both sides: also what the join drops counts for its stream time.
      keepsNullKeys: kind !== 'inner',
    })
  const kept = [leftStore, rightStore, ...(withoutPartner ? [withoutPartner.waiting] : [])]
  return node({ type: 'stream-join', ...spec, stores: kept }, [side(left, 'left'), side(right, 'right')])
}
