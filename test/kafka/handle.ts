/** A Kafka to test or develop against, wherever it came from. */
export interface KafkaHandle {
  /** `host:port` of each broker. */
  readonly brokers: readonly string[]
  readonly source: 'KAFKA_BROKERS' | 'docker' | 'java'
  /** Stops what was started for this handle and removes its data; a Kafka we were only given stays as it is. */
  stop(): Promise<void>
}

/** A Kafka made of child processes, whose brokers can be killed and started again. */
export interface LocalKafka extends KafkaHandle {
  readonly source: 'java'
  readonly nodes: readonly KafkaNode[]
}

export interface KafkaNode {
  readonly id: number
  readonly address: string
  /** Sends a signal. Resolves once the process has ended; at once for a signal that does not end it (SIGSTOP, SIGCONT). */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again, on the same port and data. Resolves when it serves requests. */
  start(): Promise<void>
}

export interface StartOptions {
  /** The port of the first broker; a free one where absent. */
  readonly port?: number
  /** How many brokers; 1 where absent. Only the Java launcher starts several. */
  readonly nodes?: number
  /** Further lines of server.properties; they win over ours. */
  readonly properties?: Readonly<Record<string, string>>
  /** Further doors of each broker, for one node only: who comes in by one is told its own address for the broker. */
  readonly listeners?: readonly ExtraListener[]
}

export interface ExtraListener {
  /** Capital letters and digits. */
  readonly name: string
  /** Where the broker listens. */
  readonly port: number
  /** Where it says it is to be found: the port of what stands before it. */
  readonly advertisedPort: number
}

/** The one version that is started, as container or as Java process. */
export const KAFKA_VERSION = '4.1.1'
