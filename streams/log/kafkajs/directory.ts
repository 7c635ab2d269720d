import type { TopicPartition } from '../port'
import { kafkaError, kafkaName } from './errors'
import type { LinkSet } from './link-set'
import type { Link } from './links'
import { metadataRequest, type NodeAddress, type TopicMetadata } from './protocol/metadata'

export type CoordinatorKind = 'group' | 'transaction'

/** Who is where in the cluster, as far as it is known. Shared by all producers, readers and members of a log. */
export interface Directory {
  nodes(): readonly NodeAddress[]
  /** Undefined where the topic or its leader is not known: ask `refresh`. */
  leaderOf(partition: TopicPartition): NodeAddress | undefined
  topic(name: string): TopicMetadata | undefined
  controller(): NodeAddress | undefined
  /** Learns about these topics, and about the brokers; concurrent calls share a request. @throws OutageError, TerminalError */
  refresh(topics: readonly string[]): Promise<void>
  /** All topics of the cluster. */
  allTopics(): Promise<readonly TopicMetadata[]>
  /** Asked of the cluster once and then remembered. */
  coordinator(kind: CoordinatorKind, key: string): Promise<NodeAddress>
  forgetCoordinator(kind: CoordinatorKind, key: string): void
  /** Runs `use` at the first broker that answers, beginning with those we are connected to. */
  atAnyNode<T>(use: (link: Link) => Promise<T>): Promise<T>
}

export function createDirectory(links: LinkSet, bootstrap: readonly NodeAddress[]): Directory {
  const topics = new Map<string, TopicMetadata>()
  const coordinators = new Map<string, NodeAddress>()
  let nodes = new Map<number, NodeAddress>()
  let controller = -1
  let turn = 0
  let wanted = new Set<string>()
  let running: Promise<void> = Promise.resolve()
  let queued: Promise<void> | undefined

  /** In turn, so that the load spreads. The bootstrap addresses come last: they may be one slow name for all. */
  function candidates(): NodeAddress[] {
    const connected = links.open().map((link) => link.node)
    const known = [...nodes.values()].filter(({ id }) => !connected.some((node) => node.id === id))
    return [...rotate(connected), ...rotate(known), ...bootstrap]
  }
  function rotate<T>(items: readonly T[]): T[] {
    turn += 1
    return items.map((_, index) => items[(index + turn) % items.length]!)
  }
  async function atAnyNode<T>(use: (link: Link) => Promise<T>): Promise<T> {
    let failure: unknown
    for (const node of candidates()) {
      try {
        return await use(await links.to(node))
      } catch (error) {
        if (kafkaName(error) !== 'CONNECTION_LOST') throw error
        failure = error
      }
    }
    throw failure
  }
  async function learn(names: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    const metadata = await atAnyNode((link) => link.request(metadataRequest(names)))
    // A broker that has just started knows no brokers yet, not even itself.
    if (metadata.nodes.length === 0) throw kafkaError(8, { what: 'asking for the brokers of the cluster' })
    nodes = new Map(metadata.nodes.map((node) => [node.id, node]))
    controller = metadata.controller
    for (const topic of metadata.topics) topics.set(topic.name, topic)
    return metadata.topics
  }
  async function refreshWanted(): Promise<void> {
    queued = undefined
    const names = [...wanted]
    wanted = new Set()
    running = learn(names).then(() => undefined)
    return running
  }
  return {
    nodes: () => [...nodes.values()],
    topic: (name) => topics.get(name),
    leaderOf: ({ topic, partition }) => {
      const found = topics.get(topic)?.partitions[partition]
      return found === undefined ? undefined : nodes.get(found.leader)
    },
    controller: () => nodes.get(controller),
    refresh(names) {
      for (const name of names) wanted.add(name)
      queued ??= running.catch(() => undefined).then(refreshWanted)
      return queued
    },
    allTopics: () => learn(null),
    async coordinator(kind, key) {
      const place = `${kind}/${key}`
      const known = coordinators.get(place)
      if (known !== undefined) return known
      const coordinatorType = kind === 'group' ? 0 : 1
      const { coordinator } = await atAnyNode((link) =>
        link.call(`looking for the coordinator of ${kind} ${key}`, (broker) =>
          broker.findGroupCoordinator({ groupId: key, coordinatorType }),
        ),
      )
      const node = { id: coordinator.nodeId, host: coordinator.host, port: coordinator.port }
      coordinators.set(place, node)
      return node
    },
    forgetCoordinator: (kind, key) => void coordinators.delete(`${kind}/${key}`),
    atAnyNode,
  }
}
