/**
 * The inner modules of kafkajs, typed, and required nowhere else. kafkajs has no exports map, so they can be required;
 * nothing promises that they stay, which is why its version is pinned. From them come connections with TLS and SASL and
 * some requests of groups and administration; all that is sent often, or needs a version that kafkajs does not know, is ours.
 */
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Mechanism, SASLOptions } from 'kafkajs'

export interface InnerLogger {
  namespace(name: string): InnerLogger
}

export interface LogEntry {
  readonly namespace: string
  readonly log: { readonly message: string; readonly [field: string]: unknown }
}

interface LoggersModule {
  readonly LEVELS: { readonly ERROR: number }
  createLogger(options: { level: number; logCreator: (level: number) => (entry: LogEntry) => void }): InnerLogger
}

export interface SocketOptions {
  readonly host: string
  readonly port: number
  readonly ssl: ConnectionOptions | undefined
  onConnect(): void
}

export interface ConnectionPoolOptions {
  readonly host: string
  readonly port: number
  readonly ssl: ConnectionOptions | undefined
  readonly sasl: SASLOptions | Mechanism | undefined
  readonly clientId: string
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly enforceRequestTimeout: boolean
  readonly reauthenticationThreshold: number
  readonly logger: InnerLogger
  socketFactory(options: SocketOptions): Socket
}

export interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
  /** Told of an answer to a request of kafkajs's own. */
  fulfillRequest(response: { readonly correlationId: number; readonly size: number; readonly payload: Buffer }): void
}

export interface Connection {
  readonly requestQueue: RequestQueue
  readonly socket?: Socket
  /** A Long; zero where the broker sets no end to a session. */
  readonly sessionLifetime: { toNumber(): number }
  connect(): Promise<unknown>
  isConnected(): boolean
  /** Called with each piece of data that arrives. */
  processData(data: Buffer): void
  /** Called when the connection breaks. */
  rejectRequests(error: Error): void
}

export interface ConnectionPool {
  /** Two: kafkajs sends Fetch on the second. */
  readonly pool: readonly Connection[]
}

interface ConnectionPoolConstructor {
  new (options: ConnectionPoolOptions): ConnectionPool
}

export interface TransactionRequest {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

/** kafkajs's broker: each method is one request in the highest version that both sides know. */
export interface Broker {
  readonly connectionPool: ConnectionPool
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>>
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<{
    readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number }
  }>
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>
  offsetCommit(request: {
    groupId: string
    groupGenerationId: number
    memberId: string
    topics: readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number; readonly offset: number }[]
    }[]
  }): Promise<unknown>
  initProducerId(request: { transactionalId: string | null; transactionTimeout: number }): Promise<{
    readonly producerId: string
    readonly producerEpoch: number
  }>
  listGroups(): Promise<{ readonly groups: readonly { readonly groupId: string; readonly protocolType: string }[] }>
  describeGroups(request: { groupIds: readonly string[] }): Promise<{
    readonly groups: readonly {
      readonly groupId: string
      readonly state: string
      readonly members: readonly unknown[]
    }[]
  }>
  deleteGroups(groupIds: readonly string[]): Promise<{
    readonly results: readonly { readonly groupId: string; readonly errorCode: number }[]
  }>
}

interface BrokerConstructor {
  new (options: {
    connectionPool: ConnectionPool
    logger: InnerLogger
    nodeId: number
    authenticationTimeout: number
    allowAutoTopicCreation: boolean
  }): Broker
}

/** Loaded with the first connection: a process that only describes a topology, or starts threads, never needs them. */
export const inner = () => ({
  Broker: require('kafkajs/src/broker') as BrokerConstructor,
  ConnectionPool: require('kafkajs/src/network/connectionPool') as ConnectionPoolConstructor,
  loggers: require('kafkajs/src/loggers') as LoggersModule,
})
