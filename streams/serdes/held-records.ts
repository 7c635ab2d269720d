/** Records of one key and timestamp that wait, in the order of their arrival, with their headers. */
import { TerminalError } from '../errors'
import { optionalBytes, readOptional } from './parts'
import type { OpenSerde, Serde, SerdeContext } from './serde'

interface Header {
  readonly key: string
  readonly value: Buffer | null
}

export interface HeldRecord<V> {
  readonly value: V
  readonly headers: readonly Header[]
}

export function heldRecords<V>(value: Pick<Serde<V>, 'name' | 'open'>): Serde<readonly HeldRecord<V>[]> {
  const open = (context: SerdeContext): OpenSerde<readonly HeldRecord<V>[]> => {
    const inner = value.open(context)
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...(inner.prepare && {
        prepare: (batch: readonly (Buffer | null)[]) =>
          inner.prepare!(
            batch.flatMap((bytes) => (bytes === null ? [] : recordsIn(bytes).map((parts) => parts[0] ?? null))),
          ),
      }),
      encode: (records) =>
        Buffer.concat(
          records.map(({ value: one, headers }) =>
            optionalBytes(
              Buffer.concat([
                optionalBytes(inner.encode(one)),
                ...headers.flatMap((header) => [
                  optionalBytes(Buffer.from(header.key, 'utf8')),
                  optionalBytes(header.value),
                ]),
              ]),
            ),
          ),
        ),
      decode: (bytes) => {
        if (bytes === null)
          throw new TerminalError('DESERIALIZATION_FAILED', `null where records wait (${context.topic})`)
        return recordsIn(bytes).map(([first, ...rest]) => ({
          value: inner.decode(first ?? null),
          headers: headersIn(rest),
        }))
      },
    }
  }
  return Object.freeze({ name: `heldRecords(${value.name})`, nullable: false, open })
}

function recordsIn(bytes: Buffer): readonly (readonly (Buffer | null)[])[] {
  return readOptional(bytes, 0).map((record) => readOptional(record!, 0))
}

function headersIn(parts: readonly (Buffer | null)[]): readonly Header[] {
  const headers: Header[] = []
  for (let at = 0; at < parts.length; at += 2) headers.push({ key: parts[at]!.toString('utf8'), value: parts[at + 1]! })
  return headers
}
