import { type Node, node } from '../graph/node'
import type { RepartitionSpec } from '../graph/specs/source'

/** A stream as far as its partitioning goes. */
export interface Keyed {
  readonly node: Node
  readonly lineage: { readonly keyChanged: boolean }
}

export interface RepartitionAs extends Pick<RepartitionSpec, 'key' | 'value' | 'partitions' | 'keepsNullKeys'> {
  /** The topic is `<app-id>-<name>-repartition`. */
  readonly name: string
}

/** The stream itself where its records are partitioned by their key, else by way of a repartition topic. */
export function partitionedByKey(stream: Keyed, { name, ...spec }: RepartitionAs): Node {
  if (!stream.lineage.keyChanged) return stream.node
  return node({ type: 'repartition', repartition: name, ...spec }, [stream.node])
}
