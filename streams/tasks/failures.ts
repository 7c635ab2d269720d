import { FencedError, MillraceError, messageOf, OutageError, TaskFailure } from '../errors'
import { deadLetterTopic } from '../graph/names'
import type { ErrorPolicy, OnError } from '../graph/policy'
import type { Header, LogRecord, TopicPartition } from '../log/port'
import type { Output } from './output'

export type FailureStage = keyof ErrorPolicy

export interface SourceInHand {
  readonly raw: LogRecord
  readonly from: TopicPartition
}

export interface Failure {
  readonly stage: FailureStage
  readonly error: unknown
  /** Attempts made, the first included. */
  readonly attempts: number
  /** The step it happened in. */
  readonly step?: string
}

export interface FailureOptions {
  readonly policyOf: (topic: string) => ErrorPolicy
  readonly output: Output
  readonly partitionsOf: (topic: string) => number
  readonly now: () => number
  readonly onFailure: (failure: Failure, source: SourceInHand | undefined, action: OnError) => void
}

const codes = {
  deserialization: 'DESERIALIZATION_FAILED',
  processing: 'PROCESSING_FAILED',
  production: 'PRODUCTION_FAILED',
} as const

/**
 * The one policy for records at fault (KIP-161, KIP-1033, KIP-1034). The source record is the unit: it enters the dead
 * letters once, however many of its descendants failed. Outages and fencing are never a record's fault and stop the task.
 */
export function failurePolicy(options: FailureOptions) {
  const buried = new WeakSet<LogRecord>()
  return (failure: Failure, source: SourceInHand | undefined): void => {
    const { error, stage } = failure
    if (isNoFaultOfRecord(error)) throw error
    const action = source === undefined ? 'fail' : options.policyOf(source.from.topic)[stage]
    options.onFailure(failure, source, action)
    if (action === 'continue') return
    if (action === 'dead-letter' && source !== undefined) {
      if (!buried.has(source.raw)) bury(failure, source)
      buried.add(source.raw)
      return
    }
    throw new TaskFailure(codes[stage], describeFailure(failure, source), {
      cause: error,
      details: { ...source?.from, offset: source?.raw.offset },
    })
  }

  function bury(failure: Failure, { raw, from }: SourceInHand): void {
    const topic = deadLetterTopic(from.topic)
    options.output.append(topic, from.partition % options.partitionsOf(topic), {
      key: raw.key,
      value: raw.value,
      timestamp: raw.timestamp,
      headers: [...raw.headers, ...deadLetterHeaders(failure, { raw, from }, options.now())],
    })
  }
}

/** An outage, another owner, damaged state: whatever record was in hand had no part in it. */
function isNoFaultOfRecord(error: unknown): boolean {
  if (error instanceof TaskFailure || error instanceof OutageError || error instanceof FencedError) return true
  return error instanceof MillraceError && (error.code === 'STATE_CORRUPT' || error.code === 'STORE_CLOSED')
}

/** Headers of KIP-1034, and under `millrace.` what it has none for. */
export function deadLetterHeaders(failure: Failure, { raw, from }: SourceInHand, now: number): readonly Header[] {
  const { error } = failure
  const text: Readonly<Record<string, string>> = {
    '__streams.errors.exception': error instanceof Error ? error.name : typeof error,
    '__streams.errors.message': messageOf(error),
    '__streams.errors.stacktrace': error instanceof Error ? (error.stack ?? '') : '',
    '__streams.errors.topic': from.topic,
    '__streams.errors.partition': String(from.partition),
    '__streams.errors.offset': String(raw.offset),
    'millrace.errors.stage': failure.stage,
    'millrace.errors.code': error instanceof MillraceError ? error.code : codes[failure.stage],
    'millrace.errors.time': new Date(now).toISOString(),
    'millrace.errors.attempts': String(failure.attempts),
  }
  return Object.entries(text).map(([key, value]) => ({ key, value: Buffer.from(value, 'utf8') }))
}

function describeFailure({ stage, error, step }: Failure, source: SourceInHand | undefined): string {
  const place =
    source === undefined ? '' : ` of ${source.from.topic}-${source.from.partition} at offset ${source.raw.offset}`
  return `${stage}${place}${step === undefined ? '' : ` in ${step}`} failed: ${messageOf(error)}`
}
