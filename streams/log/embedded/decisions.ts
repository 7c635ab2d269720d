import type { Logger } from '../../logger'
import type { PartitionOffset } from '../port'
import { openJournal } from './journal'
import type { Storage } from './storage'
import type { Topics } from './topics'

/** Who a producer is: a later epoch of the same id fences the earlier ones (KIP-98). */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface Commit {
  readonly producer: ProducerIdentity
  /** The partitions of the transaction, each with the offset at which it began there. */
  readonly partitions: readonly PartitionOffset[]
  readonly groupId: string
  readonly offsets: readonly PartitionOffset[]
}

/** What the log has decided beside the records: committed offsets, owners of transactional ids, committed transactions. */
export interface Decisions {
  groups(): readonly string[]
  offsetsOf(groupId: string): ReadonlyMap<string, PartitionOffset>
  setOffsets(groupId: string, offsets: readonly PartitionOffset[]): void
  deleteGroup(groupId: string): void
  deleteTopic(topic: string): void
  newProducerId(): number
  /** The next owner of a transactional id. */
  nextOwner(transactionalId: string): ProducerIdentity
  /** From here on the transaction is committed: after a crash its markers are written from this decision. */
  commit(commit: Commit): void
}

export interface DecisionsOptions {
  readonly storage: Storage
  readonly logger: Logger
  /** Open already, so that what was decided and not yet done can be done. */
  readonly topics: Topics
}

type Entry =
  | { readonly type: 'owner'; readonly transactionalId: string; readonly producer: ProducerIdentity }
  | ({ readonly type: 'commit' } & Commit)
  | { readonly type: 'offsets'; readonly groupId: string; readonly offsets: readonly PartitionOffset[] }
  | { readonly type: 'group-deleted'; readonly groupId: string }
  | { readonly type: 'topic-deleted'; readonly topic: string }

const maxEpoch = 32767

export function openDecisions({ storage, logger, topics }: DecisionsOptions): Decisions {
  const groups = new Map<string, Map<string, PartitionOffset>>()
  const owners = new Map<string, ProducerIdentity>()
  let lastProducerId = Math.max(-1, ...topics.partitions().map((partition) => partition.maxProducerId))

  const journal = openJournal<Entry>({ storage, path: 'journal', logger, replay: apply, snapshot })

  function snapshot(): readonly Entry[] | undefined {
    // A decision whose markers are not written yet must stay.
    if (topics.partitions().some((partition) => partition.owesMarkers)) return undefined
    return [
      ...[...owners].map(([transactionalId, producer]): Entry => ({ type: 'owner', transactionalId, producer })),
      ...[...groups].map(([groupId, offsets]): Entry => ({ type: 'offsets', groupId, offsets: [...offsets.values()] })),
    ]
  }

  function apply(entry: Entry): void {
    switch (entry.type) {
      case 'owner':
        owners.set(entry.transactionalId, entry.producer)
        lastProducerId = Math.max(lastProducerId, entry.producer.producerId)
        break
      case 'commit':
        settle(entry)
        store(entry.groupId, entry.offsets)
        break
      case 'offsets':
        store(entry.groupId, entry.offsets)
        break
      case 'group-deleted':
        groups.delete(entry.groupId)
        break
      case 'topic-deleted':
        for (const offsets of groups.values()) {
          for (const [key, { topic }] of offsets) if (topic === entry.topic) offsets.delete(key)
        }
    }
  }

  function settle({ producer, partitions }: Commit): void {
    for (const { topic, partition, offset } of partitions) {
      const log = topics.find({ topic, partition })
      const open = log?.transactions.open.get(producer.producerId)
      // One that began elsewhere is a later transaction; this one was settled before.
      if (open?.firstOffset === offset) log?.settle(open, 'commit')
    }
  }

  function store(groupId: string, offsets: readonly PartitionOffset[]): void {
    if (offsets.length === 0) return
    const stored = groups.get(groupId) ?? new Map<string, PartitionOffset>()
    for (const { topic, partition, offset, metadata = '' } of offsets) {
      stored.set(`${topic}/${partition}`, { topic, partition, offset, ...(metadata !== '' && { metadata }) })
    }
    groups.set(groupId, stored)
  }

  function decide(entry: Entry): void {
    journal.append(entry)
    try {
      storage.sync()
    } finally {
      // It stands in the journal, so it is decided, even if a power failure could still undo it.
      apply(entry)
    }
  }

  return {
    groups: () => [...groups.keys()],
    offsetsOf: (groupId) => groups.get(groupId) ?? new Map(),
    setOffsets(groupId, offsets) {
      if (offsets.length > 0) decide({ type: 'offsets', groupId, offsets })
    },
    deleteGroup: (groupId) => decide({ type: 'group-deleted', groupId }),
    deleteTopic: (topic) => decide({ type: 'topic-deleted', topic }),
    newProducerId: () => ++lastProducerId,
    nextOwner(transactionalId) {
      const last = owners.get(transactionalId)
      const producer =
        last !== undefined && last.producerEpoch < maxEpoch
          ? { ...last, producerEpoch: last.producerEpoch + 1 }
          : { producerId: ++lastProducerId, producerEpoch: 0 }
      decide({ type: 'owner', transactionalId, producer })
      return producer
    },
    commit(commit) {
      // What was sent must be on the disk before the decision that it counts.
      storage.sync()
      decide({ type: 'commit', ...commit })
    },
  }
}
