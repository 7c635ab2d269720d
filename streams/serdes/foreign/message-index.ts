/** Confluent's Protobuf wire format names the message by the places of its declarations, before the message itself. */

/** A Protobuf message type, as far as it is looked at here. */
export interface MessageType {
  readonly name: string
  readonly parent: Namespace | null
  readonly nestedArray: readonly object[]
}

interface Namespace {
  readonly nestedArray: readonly object[]
}

export interface MessageIndex {
  /** The place in its file, then in the message around, and so on inwards. */
  readonly path: readonly number[]
  /** Where the message begins. */
  readonly end: number
}

const maxNesting = 32

/** The first message of a file is written as one zero. */
export const firstMessageIndex = Buffer.of(0)

/** @throws RangeError */
export function readMessageIndex(bytes: Buffer, start: number): MessageIndex {
  let at = start
  const next = (): number => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= bytes.length) break
      const byte = bytes[at++]!
      value += (byte & 0x7f) * 2 ** shift
      // A zigzag number; places are never negative.
      if (byte < 0x80) return value / 2
    }
    throw new RangeError('truncated: there is no message index')
  }
  const count = next()
  if (count === 0) return { path: [0], end: at }
  if (!Number.isInteger(count) || count > maxNesting) throw new RangeError('the message index is not one')
  const path = Array.from({ length: count }, next)
  return { path, end: at }
}

/** The name of a message within its package. @throws RangeError */
export function messageNameAt(first: MessageType, path: readonly number[]): string {
  let space: Namespace | null = first.parent
  const names = path.map((place) => {
    const message: MessageType | undefined = (space?.nestedArray ?? []).filter(isMessage)[place]
    if (message === undefined) throw new RangeError(`the schema has no message at ${path.join('.')}`)
    space = message
    return message.name
  })
  return names.join('.')
}

function isMessage(declared: object): declared is MessageType {
  return 'fieldsArray' in declared
}
