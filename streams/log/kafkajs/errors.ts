/** The one place where what Kafka and kafkajs report becomes an error of ours, and what is done about it. */
import { type ErrorCode, FencedError, MillraceError, messageOf, OutageError, TerminalError } from '../../errors'

/**
 * What helps against an error: `retry` the same broker soon; `metadata`, ask who leads and retry there; `coordinator`,
 * ask who coordinates and retry there; `concurrent`, retry within milliseconds, since a transaction is just ending;
 * `lost`, no answer came, so nobody knows whether the request was carried out; `fail`, nothing.
 */
export type Reaction = 'retry' | 'metadata' | 'coordinator' | 'concurrent' | 'lost' | 'fail'

type ErrorClass = typeof MillraceError | typeof TerminalError | typeof OutageError | typeof FencedError
type Row = readonly [name: string, reaction: Reaction, raised: ErrorClass, code: ErrorCode]

const outage = (name: string, reaction: Reaction): Row => [name, reaction, OutageError, 'LOG_UNAVAILABLE']
const terminal = (name: string, code: ErrorCode): Row => [name, 'fail', TerminalError, code]
const memberFenced = (name: string): Row => [name, 'fail', FencedError, 'MEMBER_FENCED']
const producerFenced = (name: string): Row => [name, 'fail', FencedError, 'PRODUCER_FENCED']

/** Kafka's error codes under its present names. An outage where in doubt: it never costs a record. */
const table: ReadonlyMap<number, Row> = new Map<number, Row>([
  [-1, outage('UNKNOWN_SERVER_ERROR', 'fail')],
  [1, ['OFFSET_OUT_OF_RANGE', 'fail', MillraceError, 'OFFSET_OUT_OF_RANGE']],
  [2, outage('CORRUPT_MESSAGE', 'retry')],
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', 'metadata', TerminalError, 'TOPIC_MISSING']],
  [5, outage('LEADER_NOT_AVAILABLE', 'metadata')],
  [6, outage('NOT_LEADER_OR_FOLLOWER', 'metadata')],
  [7, outage('REQUEST_TIMED_OUT', 'retry')],
  [8, outage('BROKER_NOT_AVAILABLE', 'metadata')],
  [9, outage('REPLICA_NOT_AVAILABLE', 'metadata')],
  [10, terminal('MESSAGE_TOO_LARGE', 'RECORD_TOO_LARGE')],
  [13, outage('NETWORK_EXCEPTION', 'metadata')],
  [14, outage('COORDINATOR_LOAD_IN_PROGRESS', 'retry')],
  [15, outage('COORDINATOR_NOT_AVAILABLE', 'coordinator')],
  [16, outage('NOT_COORDINATOR', 'coordinator')],
  [17, terminal('INVALID_TOPIC_EXCEPTION', 'CONFIG_INVALID')],
  [18, terminal('RECORD_LIST_TOO_LARGE', 'RECORD_TOO_LARGE')],
  [19, outage('NOT_ENOUGH_REPLICAS', 'retry')],
  [20, outage('NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'retry')],
  [22, memberFenced('ILLEGAL_GENERATION')],
  [23, terminal('INCONSISTENT_GROUP_PROTOCOL', 'CONFIG_INVALID')],
  [24, terminal('INVALID_GROUP_ID', 'CONFIG_INVALID')],
  [25, memberFenced('UNKNOWN_MEMBER_ID')],
  [26, terminal('INVALID_SESSION_TIMEOUT', 'CONFIG_INVALID')],
  [27, memberFenced('REBALANCE_IN_PROGRESS')],
  [29, terminal('TOPIC_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED')],
  [30, terminal('GROUP_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED')],
  [31, terminal('CLUSTER_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED')],
  [32, terminal('INVALID_TIMESTAMP', 'PRODUCTION_FAILED')],
  [33, terminal('UNSUPPORTED_SASL_MECHANISM', 'AUTHORIZATION_FAILED')],
  [34, terminal('ILLEGAL_SASL_STATE', 'AUTHORIZATION_FAILED')],
  [35, terminal('UNSUPPORTED_VERSION', 'CONFIG_INVALID')],
  [36, terminal('TOPIC_ALREADY_EXISTS', 'CONFIG_INVALID')],
  [37, terminal('INVALID_PARTITIONS', 'CONFIG_INVALID')],
  [38, terminal('INVALID_REPLICATION_FACTOR', 'CONFIG_INVALID')],
  [39, terminal('INVALID_REPLICA_ASSIGNMENT', 'CONFIG_INVALID')],
  [40, terminal('INVALID_CONFIG', 'CONFIG_INVALID')],
  [41, outage('NOT_CONTROLLER', 'metadata')],
  [43, terminal('UNSUPPORTED_FOR_MESSAGE_FORMAT', 'PRODUCTION_FAILED')],
  [44, terminal('POLICY_VIOLATION', 'CONFIG_INVALID')],
  [45, outage('OUT_OF_ORDER_SEQUENCE_NUMBER', 'fail')],
  [46, outage('DUPLICATE_SEQUENCE_NUMBER', 'fail')],
  [47, producerFenced('INVALID_PRODUCER_EPOCH')],
  [48, ['INVALID_TXN_STATE', 'fail', MillraceError, 'TRANSACTION_INDEFINITE']],
  [49, producerFenced('INVALID_PRODUCER_ID_MAPPING')],
  [50, terminal('INVALID_TRANSACTION_TIMEOUT', 'CONFIG_INVALID')],
  [51, outage('CONCURRENT_TRANSACTIONS', 'concurrent')],
  [52, outage('TRANSACTION_COORDINATOR_FENCED', 'coordinator')],
  [53, terminal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED')],
  [54, terminal('SECURITY_DISABLED', 'AUTHORIZATION_FAILED')],
  [55, outage('OPERATION_NOT_ATTEMPTED', 'fail')],
  [56, outage('KAFKA_STORAGE_ERROR', 'metadata')],
  [58, terminal('SASL_AUTHENTICATION_FAILED', 'AUTHORIZATION_FAILED')],
  [59, outage('UNKNOWN_PRODUCER_ID', 'fail')],
  [68, memberFenced('NON_EMPTY_GROUP')],
  [69, terminal('GROUP_ID_NOT_FOUND', 'CONFIG_INVALID')],
  [72, outage('LISTENER_NOT_FOUND', 'metadata')],
  [74, outage('FENCED_LEADER_EPOCH', 'metadata')],
  [75, outage('UNKNOWN_LEADER_EPOCH', 'metadata')],
  [76, terminal('UNSUPPORTED_COMPRESSION_TYPE', 'CONFIG_INVALID')],
  [78, outage('OFFSET_NOT_AVAILABLE', 'retry')],
  [81, terminal('GROUP_MAX_SIZE_REACHED', 'CONFIG_INVALID')],
  [82, memberFenced('FENCED_INSTANCE_ID')],
  [87, terminal('INVALID_RECORD', 'PRODUCTION_FAILED')],
  [88, outage('UNSTABLE_OFFSET_COMMIT', 'retry')],
  [89, outage('THROTTLING_QUOTA_EXCEEDED', 'retry')],
  [90, producerFenced('PRODUCER_FENCED')],
  [105, producerFenced('TRANSACTIONAL_ID_NOT_FOUND')],
  [110, memberFenced('FENCED_MEMBER_EPOCH')],
  [113, memberFenced('STALE_MEMBER_EPOCH')],
  [120, ['TRANSACTION_ABORTABLE', 'fail', MillraceError, 'TRANSACTION_INDEFINITE']],
])

/** Errors of kafkajs that are no answer of a broker, by name. */
const clientErrors: Readonly<Record<string, Row>> = {
  KafkaJSConnectionError: outage('CONNECTION_LOST', 'lost'),
  KafkaJSConnectionClosedError: outage('CONNECTION_LOST', 'lost'),
  KafkaJSRequestTimeoutError: outage('CONNECTION_LOST', 'lost'),
  KafkaJSLockTimeout: outage('CONNECTION_LOST', 'lost'),
  KafkaJSSASLAuthenticationError: terminal('SASL_AUTHENTICATION_FAILED', 'AUTHORIZATION_FAILED'),
  KafkaJSServerDoesNotSupportApiKey: terminal('UNSUPPORTED_VERSION', 'CONFIG_INVALID'),
}

const byName: ReadonlyMap<string, Row> = new Map(
  [...table.values(), ...Object.values(clientErrors)].map((row) => [row[0], row]),
)

export interface Context {
  /** What was being done, in words: the start of the message. */
  readonly what: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
  /** Kafka's own words, where it gave any. */
  readonly said?: string | null
}

/** The error for one of Kafka's codes other than 0. `details.kafka` is its name there. */
export function kafkaError(kafkaCode: number, context: Context): MillraceError {
  return raise(table.get(kafkaCode) ?? outage(`KAFKA_ERROR_${kafkaCode}`, 'fail'), context)
}

function raise([name, , Raised, code]: Row, { what, details, cause, said }: Context): MillraceError {
  const message = said ? `${what}: ${name}: ${said}` : `${what}: ${name}`
  return new Raised(code, message, { cause, details: { ...details, kafka: name } })
}

/** The error for what kafkajs threw; an error of ours stays what it is. */
export function fromKafkajs(error: unknown, what: string): MillraceError {
  if (error instanceof MillraceError) return error
  const context = { what, cause: error, said: messageOf(error) }
  const { name, code, message } = error as { name?: string; code?: unknown; message?: string }
  const row = clientErrors[name ?? '']
  if (row !== undefined) return raise(row, context)
  // kafkajs knows the codes up to 88 and writes the others into the message.
  const unknown = /^Unknown error code (\d+)/.exec(message ?? '')?.[1]
  if (unknown !== undefined) return kafkaError(Number(unknown), { what, cause: error })
  if (typeof code === 'number') return kafkaError(code, context)
  return raise(outage('CLIENT_ERROR', 'fail'), context)
}

/** The connection broke, or no answer came in time. */
export function lostError(context: Context): MillraceError {
  return raise(outage('CONNECTION_LOST', 'lost'), context)
}

/** Kafka's name for what an error of ours was raised for; undefined where it was not raised for an answer of Kafka. */
export function kafkaName(error: unknown): string | undefined {
  const name = error instanceof MillraceError ? error.details.kafka : undefined
  return typeof name === 'string' ? name : undefined
}

export function reactionTo(error: unknown): Reaction {
  return byName.get(kafkaName(error) ?? '')?.[1] ?? 'fail'
}
