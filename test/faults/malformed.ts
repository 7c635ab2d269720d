/** A corpus of records of which none is a command, by what is wrong with them. */
import type { LocalRegistry } from 'millrace'
import { commandSchema, framed, varint } from './codec'

export interface Malformed {
  readonly kind: string
  readonly bytes: Buffer | null
}

const bytes = (...values: readonly number[]) => Buffer.from(values)
const NO_INNER = bytes(0)
const INNER = bytes(2)
const NO_MARKS = bytes(0)
const SOUND = 0

/** The body of a command up to its marks. */
const upToMarks = Buffer.concat([varint(1), varint(5), Buffer.from('group'), bytes(SOUND)])

export function malformed(registry: LocalRegistry, subject: string): readonly Malformed[] {
  const id = registry.register(subject, commandSchema(0))
  const other = registry.register(`${subject}-other`, JSON.stringify({ type: 'record', name: 'Other', fields: [] }))
  const body = Buffer.concat([upToMarks, NO_MARKS, NO_INNER])
  const whole = framed(id, body)
  const of = (kind: string, all: readonly (Buffer | null)[]) => all.map((own): Malformed => ({ kind, bytes: own }))
  const inBody = (kind: string, all: readonly Buffer[]) =>
    of(
      kind,
      all.map((own) => framed(id, own)),
    )
  return [
    ...of('nothing', [null, Buffer.alloc(0)]),
    ...of(
      'cut short',
      [...whole.keys()].slice(1).map((length) => whole.subarray(0, length)),
    ),
    ...of(
      'another magic byte',
      range(1, 30).map((magic) => Buffer.concat([bytes(magic * 8), whole.subarray(1)])),
    ),
    ...of(
      'an unknown schema',
      range(0, 20).map((n) => framed(2_000_000 + n, body)),
    ),
    ...of(
      'a negative schema id',
      range(1, 5).map((n) => framed(-n, body)),
    ),
    ...of(
      "another's schema",
      range(0, 3).map((n) => framed(other, Buffer.alloc(n))),
    ),
    ...inBody(
      'text too long',
      range(1, 20).map((n) => Buffer.concat([varint(1), varint(6 * 10 ** (n % 15)), body.subarray(2)])),
    ),
    ...inBody(
      'text of a negative length',
      range(1, 20).map((n) => Buffer.concat([varint(1), varint(-(7 ** (n % 12))), body.subarray(2)])),
    ),
    ...inBody(
      'a number without an end',
      range(9, 30).map((n) => Buffer.alloc(n, 0xff)),
    ),
    ...inBody(
      'no boolean',
      range(2, 20).map((n) =>
        Buffer.concat([varint(1), varint(5), Buffer.from('group'), bytes(n), NO_MARKS, NO_INNER]),
      ),
    ),
    ...inBody(
      'no branch of a union',
      range(2, 20).map((n) => Buffer.concat([upToMarks, NO_MARKS, varint(n)])),
    ),
    ...inBody(
      'a negative branch',
      range(1, 10).map((n) => Buffer.concat([upToMarks, NO_MARKS, varint(-n)])),
    ),
    ...inBody('a bomb of counts', countBombs()),
    ...inBody(
      'a bomb of depth',
      range(1, 20).map((n) => depthBomb(n * 1_000)),
    ),
    ...inBody(
      'a bomb of depth that never ends',
      range(1, 5).map((n) => depthBomb(n * 20_000).subarray(0, -2)),
    ),
  ]
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** So many nulls cost nothing on the wire: the count alone says how many to make. */
function countBombs(): readonly Buffer[] {
  const counts = [200_000, 1e6, 3e7, 1e9, 2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]
  const end = Buffer.concat([bytes(0), NO_INNER])
  return counts.flatMap((count) => [
    Buffer.concat([upToMarks, varint(count), end]),
    // A negative count is followed by the bytes of the block.
    Buffer.concat([upToMarks, varint(-count), varint(0), end]),
    // Many blocks, none of which is large.
    Buffer.concat([upToMarks, ...Array.from({ length: 2_000 }, () => varint(Math.min(count, 1_000))), end]),
  ])
}

/** Commands in commands. */
function depthBomb(depth: number): Buffer {
  const level = Buffer.concat([upToMarks, NO_MARKS, INNER])
  return Buffer.concat([...Array.from({ length: depth }, () => level), upToMarks, NO_MARKS, NO_INNER])
}
