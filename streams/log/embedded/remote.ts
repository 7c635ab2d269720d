/**
 * What the owner of a directory and a process attached to it say to each other: one POST per call, JSON both ways over a unix
 * domain socket. The parts of the port that belong to the owner's process, groups and transactions, are not in it.
 */
import { type ErrorCode, FencedError, MillraceError, messageOf, OutageError, TerminalError } from '../../errors'
import type { FetchedBatch, IsolationLevel, LogAdmin, LogRecord, PartitionOffset, TopicPartition } from '../port'

export interface RemoteCalls {
  /** A method of the admin and its arguments. */
  admin: { readonly method: keyof LogAdmin; readonly args: readonly unknown[] }
  /** Gives a producer id. */
  producer: Record<string, never>
  /** Sealed batches of one partition, base64. */
  append: TopicPartition & { readonly batches: readonly string[] }
  poll: PollCall
}

export interface PollCall {
  readonly positions: readonly PartitionOffset[]
  readonly isolation: IsolationLevel
  readonly maxBytesPerPartition: number | undefined
  readonly maxWaitMs: number
}

/** The prefix names the version, so that a command of another release is told rather than misunderstood. */
export const remotePath = (call: keyof RemoteCalls) => `/millrace-log/1/${call}`

type Packed<T> = T extends Buffer
  ? string
  : T extends readonly (infer U)[]
    ? readonly Packed<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Packed<T[K]> }
      : T

export type PackedBatch = Packed<Omit<FetchedBatch, 'records'> & { readonly records: readonly LogRecord[] }>

export function packBatch(batch: FetchedBatch): PackedBatch {
  const records = batch.records.map((record) => ({
    ...record,
    key: pack(record.key),
    value: pack(record.value),
    headers: record.headers.map((header) => ({ key: header.key, value: pack(header.value) })),
  }))
  return { ...batch, records }
}

export function unpackBatch(batch: PackedBatch): FetchedBatch {
  const records = batch.records.map((record) => ({
    ...record,
    key: unpack(record.key),
    value: unpack(record.value),
    headers: record.headers.map((header) => ({ key: header.key, value: unpack(header.value) })),
  }))
  return { ...batch, records }
}

const pack = (bytes: Buffer | null) => (bytes === null ? null : bytes.toString('base64'))
const unpack = (text: string | null) => (text === null ? null : Buffer.from(text, 'base64'))

export interface PackedError {
  readonly name: string
  readonly code: ErrorCode
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export function packError(error: unknown): PackedError {
  if (error instanceof MillraceError) {
    const { name, code, message, details } = error
    return { name, code, message, details }
  }
  return { name: 'OutageError', code: 'LOG_UNAVAILABLE', message: messageOf(error), details: {} }
}

export function unpackError({ name, code, message, details }: PackedError): MillraceError {
  const classes = { FencedError, OutageError, TerminalError }
  const Class = name in classes ? classes[name as keyof typeof classes] : MillraceError
  return new Class(code, message, { details })
}
