/** What stands in a URL, as what is asked. */
import { TerminalError } from '../../errors'
import type { PartitionOffset } from '../../log/port'
import type { AnyStoreDeclaration } from '../../stores/declaration'
import { queryInvalid } from './errors'
import type { ReadOptions } from './query'
import { fromTaggedJson } from './tagged-json'

export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>

/** A key in a URL: text where keys are strings, base64 where they are bytes, else JSON as answers show it. */
export function keyIn({ name, key }: AnyStoreDeclaration, text: string): unknown {
  const serde = /^nullable\((.*)\)$/.exec(key.name)?.[1] ?? key.name
  if (serde === 'string') return text
  if (serde === 'bytes') return Buffer.from(text, 'base64')
  try {
    return fromTaggedJson(JSON.parse(text))
  } catch (error) {
    throw queryInvalid(name, `its keys (${key.name}) are written as JSON, and ${JSON.stringify(text)} is none`, error)
  }
}

export function optionalKey(store: AnyStoreDeclaration, given: Parameters, name: string): unknown {
  const text = textOf(given, name)
  return text === undefined ? undefined : keyIn(store, text)
}

/** @throws TerminalError QUERY_INVALID */
export function numberIn(given: Parameters, name: string): number | undefined {
  const text = textOf(given, name)
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number)) return number
  throw wrong(name, 'a whole number', text)
}

export function flagIn(given: Parameters, name: string): boolean | undefined {
  const text = textOf(given, name)
  if (text === undefined || text === 'true' || text === '') return text === undefined ? undefined : true
  if (text === 'false') return false
  throw wrong(name, 'true or false', text)
}

const DEFAULT_LIMIT = 1_000

export function limitIn(given: Parameters): number {
  if (textOf(given, 'limit') === 'all') return Number.POSITIVE_INFINITY
  const limit = numberIn(given, 'limit') ?? DEFAULT_LIMIT
  if (limit >= 0) return limit
  throw wrong('limit', 'a number from 0, or all', String(limit))
}

export function readOptionsIn(given: Parameters): ReadOptions {
  const partition = textOf(given, 'partition') === 'all' ? 'all' : numberIn(given, 'partition')
  return {
    atLeast: positionsIn(given),
    allowStandby: flagIn(given, 'allowStandby'),
    timeoutMs: numberIn(given, 'timeoutMs'),
    partition,
    local: flagIn(given, 'local'),
  }
}

/** `topic:partition:offset`; names of topics have no colon. */
function positionsIn(given: Parameters): readonly PartitionOffset[] {
  const values = [given.atLeast ?? []].flat().flatMap((text) => text.split(','))
  return values.map((text) => {
    const [, topic, partition, offset] = /^([^:]+):(\d+):(\d+)$/.exec(text) ?? []
    if (topic === undefined) throw wrong('atLeast', 'topic:partition:offset', text)
    return { topic, partition: Number(partition), offset: Number(offset) }
  })
}

function textOf(given: Parameters, name: string): string | undefined {
  const value = given[name]
  return typeof value === 'object' ? value.at(-1) : value
}

function wrong(name: string, what: string, given: string): TerminalError {
  return new TerminalError('QUERY_INVALID', `parameter ${name} must be ${what}, not ${JSON.stringify(given)}`, {
    details: { parameter: name },
  })
}
