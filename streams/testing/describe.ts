import { inspect } from 'node:util'
import { messageOf } from '../errors'
import type { Bytes } from './driver-io'
import type { DriverLog, StoredRecord } from './driver-log'

/** Of a long topic the latest records are shown. */
const SHOWN = 20

export type Decode = (record: StoredRecord) => { readonly key: unknown; readonly value: unknown }

/** Every topic with its records, decoded where the topology tells how: what a failing test wants to see. */
export function describeLog(log: DriverLog, decoderOf: (topic: string) => Decode | undefined): string {
  if (log.topics.length === 0) return 'nothing has been piped or produced'
  return log.topics.map((topic) => describeTopic(topic, log.topic(topic), decoderOf(topic))).join('\n')
}

function describeTopic(topic: string, records: readonly StoredRecord[], decode: Decode | undefined): string {
  const hidden = records.length - SHOWN
  return [
    `${topic}: ${records.length} ${records.length === 1 ? 'record' : 'records'}`,
    ...(hidden > 0 ? [`  … ${hidden} earlier`] : []),
    ...records.slice(-SHOWN).map((record) => `  ${describeRecord(record, decode)}`),
  ].join('\n')
}

function describeRecord(record: StoredRecord, decode: Decode | undefined): string {
  const { partition, offset, timestamp, headers, piped } = record
  const { key, value } = decoded(record, decode)
  const named = headers.map((header) => `${header.key}: ${text(header.value)}`)
  const with_ = named.length === 0 ? '' : ` {${named.join(', ')}}`
  return `${partition}@${offset} ${key} = ${value} @ ${timestamp}${with_}${piped ? ' (piped)' : ''}`
}

/** What the serdes cannot read is shown as text: this only explains, and must not fail in its turn. */
function decoded(record: StoredRecord, decode: Decode | undefined) {
  try {
    if (decode !== undefined) {
      const { key, value } = decode(record)
      return { key: shown(key), value: shown(value) }
    }
  } catch (error) {
    return { key: text(record.key), value: `${text(record.value)} (${messageOf(error)})` }
  }
  return { key: text(record.key), value: text(record.value) }
}

const shown = (value: unknown) => inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, sorted: true })

/** Bytes as text with escapes; a header may hold a whole stack trace, of which the first line will do. */
function text(bytes: Bytes): string {
  if (bytes === null) return 'null'
  const [line = ''] = bytes.toString('utf8').split('\n')
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line)
}
