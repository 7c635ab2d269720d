import { plainSerde } from './plain'
import type { Serde } from './serde'

/** Bytes as they are. What is decoded is a copy, so that keeping it does not keep the whole batch it came in. */
export const bytes: Serde<Buffer> = plainSerde({
  name: 'bytes',
  encode: (value) => {
    if (!Buffer.isBuffer(value)) throw new TypeError(`expected a Buffer, got ${typeof value}`)
    return value
  },
  decode: (value) => Buffer.from(value),
})
