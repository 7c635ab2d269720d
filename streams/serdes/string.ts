import { isUtf8 } from 'node:buffer'
import { plainSerde } from './plain'
import type { Serde } from './serde'

const replacement = '\ufffd'

/** Text as UTF-8 (Kafka's StringSerializer). Bytes that are no UTF-8 are an error, so that no key is changed by passing through. */
export const string: Serde<string> = plainSerde({
  name: 'string',
  encode: (value) => {
    if (typeof value !== 'string') throw new TypeError(`expected a string, got ${typeof value}`)
    return Buffer.from(value, 'utf8')
  },
  decode: (bytes) => {
    const text = bytes.toString('utf8')
    // Only a decoder that met something broken, or a text that really has this character, puts one in.
    if (text.includes(replacement) && !isUtf8(bytes)) throw new TypeError('the bytes are not UTF-8')
    return text
  },
})
