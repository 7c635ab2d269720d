import { messageOf, TerminalError } from '../../errors'
import type { AvroType } from '../../registry/avro/schema'
import { checkCompatibility } from '../../registry/compatibility'
import { type AvroCodec, type AvroDecode, avroCodec, type CodecOptions } from '../avro/codec'
import type { Upcaster, UpcastStep } from './chain'
import { shapeOf } from './shape'

/** What is known of the present schema and of how its events were before. */
export interface UpcastPlan {
  /** The codec, which also reads every version of the chains as the present one. */
  readonly codec: AvroCodec<unknown>
  /** What in a writer's schema has no way to the present one; empty where everything has. */
  lacking(writer: AvroType): readonly string[]
}

interface Chain {
  readonly steps: readonly UpcastStep[]
  readonly shapes: readonly string[]
  readonly present: string
}

/**
 * Puts chains of upcasters in front of a codec. The version that a writer's schema has of an event decides where its chain
 * begins; what is in no chain is read as Avro resolves it.
 * @throws TerminalError SCHEMA_INVALID when a chain is of no event of the schema, or has a version twice
 */
export function upcasting(
  codec: AvroCodec<unknown>,
  upcasters: readonly Upcaster<unknown>[],
  options: CodecOptions,
): UpcastPlan {
  const chains = new Map<string, Chain>()
  for (const { event, steps } of upcasters) {
    if (chains.has(event)) throw invalid(`${event} has two chains of upcasters`)
    chains.set(event, chainOf(event, steps, codec.type))
  }
  /** How to read a branch by its chain; undefined where Avro's resolution reads it. */
  const wayOf = (branch: AvroType): AvroDecode<unknown> | undefined => {
    const found = branch.kind === 'record' ? chains.get(branch.name) : undefined
    const start = found?.shapes.indexOf(shapeOf(branch)) ?? -1
    if (branch.kind !== 'record' || found === undefined || start < 0) return undefined
    const [first] = found.steps.slice(start)
    const decode = avroCodec<unknown>(first!.type, { ...options, ...first!.schema.values }).decoder(branch)
    const wraps = options.unions === 'wrapped' && codec.type.kind === 'union'
    return (bytes, at) => {
      const value = walk(found.steps, start, decode(bytes, at))
      return wraps ? { [branch.name]: value } : value
    }
  }
  const decoder = (writer: AvroType = codec.type): AvroDecode<unknown> => {
    const resolved = codec.decoder(writer)
    const ways = branchesOf(writer).map(wayOf)
    if (ways.every((way) => way === undefined)) return resolved
    const only = writer.kind === 'union' ? undefined : ways[0]
    if (only !== undefined) return only
    return (bytes, start = 0) => {
      const { index, end } = branchAt(bytes, start)
      const way = ways[index]
      return way === undefined ? resolved(bytes, start) : way(bytes, end)
    }
  }
  const lackingIn = (branch: AvroType): readonly string[] => {
    const found = branch.kind === 'record' ? chains.get(branch.name) : undefined
    if (found !== undefined && branch.kind === 'record') {
      const shape = shapeOf(branch)
      const known = shape === found.present || found.shapes.includes(shape)
      return known ? [] : [`${branch.name} has a form that is neither the present one nor in its chain of upcasters`]
    }
    const { incompatibilities, problem } = checkCompatibility(codec.type, branch)
    const reasons = incompatibilities.map(({ type, location, message }) => `${type} at ${location}, ${message}`)
    return problem === undefined ? reasons : [...reasons, problem]
  }
  return {
    codec: chains.size === 0 ? codec : Object.freeze({ ...codec, decoder }),
    lacking: (writer) => branchesOf(writer).flatMap(lackingIn),
  }
}

function branchesOf(type: AvroType): readonly AvroType[] {
  return type.kind === 'union' ? type.branches : [type]
}

function chainOf(event: string, steps: readonly UpcastStep[], present: AvroType): Chain {
  const own = branchesOf(present).find((branch) => branch.kind === 'record' && branch.name === event)
  if (own === undefined) throw invalid(`there is a chain of upcasters for ${event}, which is no event of the schema`)
  const shapes = steps.map(({ type }) => shapeOf(type))
  const all = [...shapes, shapeOf(own)]
  if (new Set(all).size < all.length) throw invalid(`the chain of ${event} has two versions of one form`)
  return { steps, shapes, present: all.at(-1)! }
}

function walk(steps: readonly UpcastStep[], start: number, value: unknown): unknown {
  let version = start
  try {
    let made = value
    for (; version < steps.length; version++) made = steps[version]!.step(made)
    return made
  } catch (cause) {
    const event = steps[version]!.type.name
    const message = `the upcaster of ${event} from version ${version + 1} to ${version + 2} failed: ${messageOf(cause)}`
    throw new TerminalError('DESERIALIZATION_FAILED', message, { cause, details: { event, version: version + 1 } })
  }
}

/** The index of a union's branch, a zigzag varint, and where its value begins; -1 where there is none, which the codec tells. */
function branchAt(bytes: Buffer, start: number): { readonly index: number; readonly end: number } {
  let encoded = 0
  for (let at = start; at < bytes.length && at < start + 4; at++) {
    encoded |= (bytes[at]! & 0x7f) << (7 * (at - start))
    if (bytes[at]! < 0x80) return { index: encoded & 1 ? -1 : encoded >> 1, end: at + 1 }
  }
  return { index: -1, end: start }
}

function invalid(message: string): TerminalError {
  return new TerminalError('SCHEMA_INVALID', message)
}
