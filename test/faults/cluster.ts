import { type Log, openKafkaLog } from 'millrace'
import type { LocalKafka } from '../kafka/handle'
import { runKafkaTool, startLocalKafka } from '../kafka/java'
import { freePorts } from '../kafka/ports'
import { type Network, openNetwork } from './network'

/** Slots of workers that can exist at once. */
export const MOST_WORKERS = 4

/** A Kafka of our own, and each worker's way to it. */
export interface Cluster {
  readonly kafka: LocalKafka
  /** For the load, the faults and the verifier; the workers have their own. */
  readonly log: Log
  /** By slot; none where there are several brokers. */
  readonly networks: readonly Network[]
  /** The same for those who run something else on it at the same time. */
  lane(number: number): Cluster
  /** Runs one of Kafka's own command-line tools on it. */
  tool(className: string, ...args: readonly string[]): Promise<string>
  close(): Promise<void>
}

export async function openCluster(nodes: 1 | 3, lanes: number): Promise<Cluster> {
  const doors = nodes === 1 ? MOST_WORKERS * lanes : 0
  const ports = await freePorts(2 * doors)
  const listeners = Array.from({ length: doors }, (_, slot) => ({
    name: `WORKER${slot}`,
    port: ports[slot]!,
    advertisedPort: ports[doors + slot]!,
  }))
  const kafka = await startLocalKafka({
    nodes,
    listeners,
    properties: { 'log.retention.ms': '-1', ...(nodes > 1 && { 'min.insync.replicas': '2' }) },
  })
  const networks = await Promise.all(listeners.map(({ port, advertisedPort }) => openNetwork(advertisedPort, port)))
  // The generator and the verifier wait longer than any fault lasts: an outage of theirs would prove nothing.
  const log = await openKafkaLog({ brokers: kafka.brokers, outageAfterMs: 60_000 })
  const inLane = (number: number): Cluster => ({
    kafka,
    log,
    networks: networks.slice(number * MOST_WORKERS, (number + 1) * MOST_WORKERS),
    lane: inLane,
    tool: (className, ...args) => runKafkaTool(className, ['--bootstrap-server', kafka.brokers.join(','), ...args]),
    close: async () => {
      await log.close()
      await Promise.all(networks.map((network) => network.close()))
      await kafka.stop()
    },
  })
  return inLane(0)
}
