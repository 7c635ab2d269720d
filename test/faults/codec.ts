/** How commands lie in the input: as JSON, or as Avro whose schemas a registry keeps. The verifier decodes them by itself. */
import { avro, json, type LocalRegistry, type Serde } from 'millrace'
import type { Command } from './flow'
import type { Random } from './random'

/** Under what name a worker process is told which one to take. */
export type CodecName = 'json' | 'avro'

/** The flow's side: what the program under test reads. */
export function commandSerde(name: CodecName): Serde<Command> {
  return name === 'json' ? json<Command>() : avro<Command>(commandSchema(0))
}

/** The load's and the verifier's side. */
export interface Codec {
  readonly name: CodecName
  encode(command: Command): Buffer
  /** Bytes that are no command. */
  garbage(n: number, random: Random): Buffer
  /** Undefined for what is no command. */
  decode(bytes: Buffer): Command | undefined
}

export const jsonCodec: Codec = {
  name: 'json',
  encode: (command) => Buffer.from(JSON.stringify(command)),
  garbage: (n, random) => Buffer.concat([Buffer.from(`{"n":${n},`), random.bytes(random.below(40))]),
  decode: (bytes) => {
    try {
      return JSON.parse(bytes.toString('utf8')) as Command
    } catch {
      return undefined
    }
  },
}

/** Editions of one schema differ in their doc, so that each has an id of its own. It can hold what a bomb is made of. */
export function commandSchema(edition: number): string {
  return JSON.stringify({
    type: 'record',
    name: 'Command',
    doc: `Edition ${edition}.`,
    fields: [
      { name: 'n', type: 'long' },
      { name: 'group', type: 'string' },
      { name: 'refuse', type: 'boolean', default: false },
      { name: 'marks', type: { type: 'array', items: 'null' }, default: [] },
      { name: 'inner', type: ['null', 'Command'], default: null },
    ],
  })
}

/** Every so many commands come with a schema that no worker has seen yet. */
const EDITION_EVERY = 200

/** Registers at the registry itself, past all that is done to the workers' way to it. */
export function avroCodec(registry: LocalRegistry, subject: string): Codec {
  let written = 0
  let id = 0
  const known = new Set<number>()
  const nextId = () => {
    if (written % EDITION_EVERY === 0) {
      id = registry.register(subject, commandSchema(written / EDITION_EVERY))
      known.add(id)
    }
    written += 1
    return id
  }
  return {
    name: 'avro',
    encode: ({ n, group, refuse = false }) => framed(nextId(), bodyOf(n, group, refuse)),
    garbage: (n, random) => {
      const sound = framed(nextId(), bodyOf(n, 'group', false))
      // Cut short, of a schema that nobody knows, or nothing of the kind.
      if (random.below(3) === 0) return sound.subarray(0, 5 + random.below(sound.length - 5))
      if (random.below(2) === 0) return framed(1_000_000 + random.below(10), sound.subarray(5))
      return Buffer.concat([Buffer.from([1]), random.bytes(random.below(40))])
    },
    decode: (bytes) =>
      bytes[0] === 0 && bytes.length > 5 && known.has(bytes.readInt32BE(1)) ? commandIn(bytes) : undefined,
  }
}

export function framed(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, body])
}

/** A command without marks and without an inner one. */
function bodyOf(n: number, group: string, refuse: boolean): Buffer {
  const text = Buffer.from(group)
  return Buffer.concat([varint(n), varint(text.length), text, Buffer.from([refuse ? 1 : 0, 0, 0])])
}

export function varint(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

/** Reads what `bodyOf` writes, and nothing else. */
function commandIn(bytes: Buffer): Command | undefined {
  let position = 5
  const number = () => {
    let raw = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[position++]
      if (byte === undefined) return Number.NaN
      raw |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((raw >> 1n) ^ -(raw & 1n))
    }
  }
  const n = number()
  const length = number()
  const end = position + length
  if (!Number.isSafeInteger(n) || !(length >= 0) || end + 3 !== bytes.length) return undefined
  if (bytes[end]! > 1 || bytes[end + 1] !== 0 || bytes[end + 2] !== 0) return undefined
  const group = bytes.toString('utf8', position, end)
  return bytes[end] === 1 ? { n, group, refuse: true } : { n, group }
}
