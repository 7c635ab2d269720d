/** Answers as HTTP shows them, written while they are read. */

import type { StoreCodec } from './codec'
import { toWire } from './errors'
import type { PartitionAnswer } from './here'
import type { PlacedStore } from './placing'
import type { Answer, AnsweredBy, StoreItem } from './query'
import { answerOf } from './query'
import type { Routed } from './router'
import { toTaggedJson } from './tagged-json'
import type { WireLine } from './there'

export function shownItem({ key, value, start, end, timestamp }: StoreItem) {
  return {
    key: toTaggedJson(key),
    ...(start !== undefined && { window: { start, end } }),
    value: toTaggedJson(value),
    ...(timestamp !== undefined && { timestamp }),
  }
}

/** Who answered, beside the answer. */
export function shownAnswer(answeredBy: readonly AnsweredBy[]): Omit<Answer<undefined>, 'value'> {
  const { position, staleness } = answerOf(undefined, answeredBy)
  return { position, staleness, answeredBy }
}

export interface RangeShown {
  readonly placed: PlacedStore
  readonly routed: Routed
  readonly limit: number
  /** One entry a line, and the rest on the last; else one document. */
  readonly lines: boolean
}

/** Characters handed to the socket at once. */
const CHUNK = 64 * 1024

/** What goes wrong on the way can no longer be said by the status: it stands at the end, as `error`. */
export async function* shownRange({ placed, routed, limit, lines }: RangeShown): AsyncGenerator<string> {
  let text = lines ? '' : `{"store":${JSON.stringify(placed.declaration.name)},"entries":[`
  let count = 0
  let rest: Readonly<Record<string, unknown>> = { complete: true }
  try {
    for await (const item of routed.items) {
      if (count === limit) {
        const { value, ...next } = shownItem(item)
        rest = { complete: false, next }
        break
      }
      text += `${count === 0 || lines ? '' : ','}${JSON.stringify(shownItem(item))}${lines ? '\n' : ''}`
      count += 1
      if (text.length < CHUNK) continue
      yield text
      text = ''
    }
  } catch (error) {
    rest = { complete: false, error: toWire(error) }
  }
  const end = JSON.stringify({ ...rest, ...shownAnswer(routed.answeredBy) })
  yield lines ? `${text}${end}\n` : `${text}],${end.slice(1)}`
}

/** The answer to another member. */
export async function* wireLines(answer: PartitionAnswer, codec: StoreCodec): AsyncGenerator<string> {
  const line = (of: WireLine) => `${JSON.stringify(of)}\n`
  const { by, count } = answer
  yield line({ by, ...(count !== undefined && { count }) })
  try {
    for await (const piece of answer.pieces) yield line({ items: piece.map(codec.encode) })
    yield line({ end: true })
  } catch (error) {
    yield line({ error: toWire(error) })
  } finally {
    answer.close()
  }
}
