import { createHash } from 'node:crypto'
import type { ValueHash } from '../graph/specs/foreign-key'
import type { OperatorContext } from './operator'

/** 128 bits of a value's bytes: enough to tell the value that an answer belongs to. */
export function valueHash({ value, topic }: ValueHash, context: OperatorContext): (value: unknown) => Buffer {
  const { encode } = context.open(value, topic)
  return (of) =>
    createHash('sha256')
      .update(encode(of) ?? '')
      .digest()
      .subarray(0, 16)
}
