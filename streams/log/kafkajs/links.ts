import { isIP, connect as netConnect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls'
import type { Mechanism, SASLOptions } from 'kafkajs'
import { type Clock, elapsed } from '../../clock'
import { MillraceError, TerminalError } from '../../errors'
import type { Logger } from '../../logger'
import { openChannel } from './channel'
import { fromKafkajs, lostError } from './errors'
import { type Broker, type Connection, type InnerLogger, inner, type SocketOptions } from './inner'
import type { NodeAddress } from './protocol/metadata'
import type { Request } from './wire'
import { within } from './within'

export interface LinkSettings {
  readonly clientId: string
  readonly ssl: ConnectionOptions | undefined
  readonly sasl: SASLOptions | Mechanism | undefined
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly clock: Clock
  readonly logger: Logger
}

/** One connection to one broker, connected and authenticated. It is used until it breaks and never connected again. */
export interface Link {
  readonly node: NodeAddress
  /** Whether a new request may be sent over it. */
  readonly usable: boolean
  /**
   * Sends one of our own requests.
   * @param heldMs how long the broker may hold the answer back, beyond the usual time
   * @throws MillraceError as of errors.ts; "lost" where nobody knows whether it was carried out
   */
  request<T>(request: Request<T>, heldMs?: number): Promise<T>
  /** Sends one of kafkajs's requests. `what` begins the message of an error. */
  call<T>(what: string, use: (broker: Broker) => Promise<T>, heldMs?: number): Promise<T>
  close(): void
}

/** As much as is read from a socket at once. */
const READ_BYTES = 128 * 1024
/** Brokers close a connection that was idle for 10 minutes; one that is about to be closed must not be used. */
const MAX_IDLE_MS = 9 * 60_000
/** A session that ends is not renewed but replaced, since kafkajs mistakes answers on their way for its own. */
const SESSION_SHARE = 0.85

/** @throws OutageError LOG_UNAVAILABLE; TerminalError AUTHORIZATION_FAILED */
export async function openLink(node: NodeAddress, settings: LinkSettings): Promise<Link> {
  const { clock, connectTimeoutMs } = settings
  const where = `connecting to ${node.host}:${node.port}`
  const broker = createBroker(node, settings)
  const connection = broker.connectionPool.pool[0]!
  copyInput(connection)
  const close = (reason: MillraceError) => closeConnection(broker, connection, reason)
  try {
    const late = () => lostError({ what: where, said: `not connected within ${connectTimeoutMs} ms` })
    await within(clock, connectTimeoutMs, broker.connect(), late)
  } catch (error) {
    const reason = fromKafkajs(error, where)
    close(reason)
    throw reason
  }
  mend(connection)
  return connectedLink({ node, broker, connection, close }, settings)
}

interface Connected {
  readonly node: NodeAddress
  readonly broker: Broker
  readonly connection: Connection
  close(reason: MillraceError): void
}

function connectedLink({ node, broker, connection, close }: Connected, settings: LinkSettings): Link {
  const { clock, clientId, requestTimeoutMs } = settings
  const address = `${node.host}:${node.port}`
  const channel = openChannel(connection, { clientId, clock, address, onBroken: close })
  const opened = elapsed(clock)
  const lifetime = connection.sessionLifetime.toNumber()
  const usableUntil = lifetime > 0 ? opened + lifetime * SESSION_SHARE : Number.POSITIVE_INFINITY
  let lastUsed = opened
  const link: Link = {
    node,
    get usable() {
      const now = elapsed(clock)
      return connection.isConnected() && now < usableUntil && now - lastUsed < MAX_IDLE_MS
    },
    async call(what, use, heldMs = 0) {
      const where = `${what} at broker ${address}`
      if (!connection.isConnected()) throw lostError({ what: where, said: 'the connection is closed' })
      lastUsed = elapsed(clock)
      const timeoutMs = requestTimeoutMs + heldMs
      try {
        const late = () => lostError({ what: where, said: `no answer within ${timeoutMs} ms` })
        return await within(clock, timeoutMs, use(broker), late)
      } catch (error) {
        const reason = fromKafkajs(error, where)
        // A broker that does not answer holds up all that is sent behind; another connection may do better.
        if (reason.details.kafka === 'CONNECTION_LOST') close(reason)
        throw reason
      }
    },
    async request(request, heldMs = 0) {
      assertSpoken(broker, node, request)
      if (!connection.isConnected()) {
        throw lostError({ what: `${request.apiName} at broker ${address}`, said: 'the connection is closed' })
      }
      lastUsed = elapsed(clock)
      return channel.send(request, requestTimeoutMs + heldMs)
    },
    close: () => close(new MillraceError('CLOSED', `the connection to ${address} was closed`)),
  }
  return link
}

function createBroker(node: NodeAddress, settings: LinkSettings): Broker {
  const { ssl, sasl, clientId, connectTimeoutMs, requestTimeoutMs } = settings
  const { Broker, ConnectionPool } = inner()
  const logger = innerLogger(settings.logger)
  const connectionPool = new ConnectionPool({
    host: node.host,
    port: node.port,
    ssl,
    sasl,
    clientId,
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: false, // It would look at each connection ten times a second; `call` has its own timer.
    reauthenticationThreshold: 0,
    logger,
    socketFactory: openSocket,
  })
  const authenticationTimeout = connectTimeoutMs
  return new Broker({ connectionPool, logger, nodeId: node.id, authenticationTimeout, allowAutoTopicCreation: false })
}

/**
 * kafkajs's own leaves Nagle's algorithm on, which holds back a request behind another by up to 40 ms. What arrives is read
 * into one piece of memory again and again: otherwise each read makes one, and the garbage collector runs for them.
 */
function openSocket({ host, port, ssl, onConnect }: SocketOptions): Socket {
  const servername = isIP(host) ? {} : { servername: host }
  const callback = (size: number, bytes: Uint8Array): boolean => {
    socket.emit('data', Buffer.from(bytes.buffer, bytes.byteOffset, size))
    return true
  }
  const target = { host, port, onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback } }
  const socket = ssl ? tlsConnect({ ...target, ...servername, ...ssl }, onConnect) : netConnect(target, onConnect)
  return socket.setNoDelay(true).setKeepAlive(true, 60_000)
}

/** What fails is told by errors; what kafkajs logs beside them is for debugging. */
function innerLogger(logger: Logger): InnerLogger {
  const { loggers } = inner()
  return loggers.createLogger({
    level: loggers.LEVELS.ERROR,
    logCreator:
      () =>
      ({ namespace, log: { message, ...fields } }) =>
        logger.debug({ kafkajs: namespace, ...fields }, message),
  })
}

/** Until the channel takes over, kafkajs keeps what it is given. */
function copyInput(connection: Connection): void {
  const { processData } = connection
  connection.processData = (data) => processData.call(connection, Buffer.from(data))
}

function mend(connection: Connection): void {
  const queue = connection.requestQueue
  const schedule = queue.scheduleCheckPendingRequests
  // kafkajs arms this timer again and again, each ms, also with nothing to send: 3 % of a core per idle connection.
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0) schedule.call(queue)
  }
  // kafkajs connects again by itself, twice at once where two requests find the connection closed, and mixes up both.
  connection.connect = () => Promise.reject(lostError({ what: 'sending', said: 'the connection is closed' }))
}

function closeConnection(broker: Broker, connection: Connection, reason: Error): void {
  connection.rejectRequests(reason) // or `disconnect` would wait for the answers, a long poll's too
  broker.disconnect().catch(() => undefined)
  connection.socket?.destroy()
}

function assertSpoken(broker: Broker, node: NodeAddress, { apiKey, apiName, apiVersion }: Request<unknown>): void {
  const spoken = broker.versions[apiKey]
  if (spoken !== undefined && spoken.minVersion <= apiVersion && apiVersion <= spoken.maxVersion) return
  throw new TerminalError(
    'CONFIG_INVALID',
    `broker ${node.host}:${node.port} does not know ${apiName} in version ${apiVersion}; Kafka 2.5 or later is needed`,
  )
}
