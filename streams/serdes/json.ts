import { plainSerde } from './plain'
import type { Serde } from './serde'

/**
 * JSON text as UTF-8. Without `validate` the compiler takes your word for the type; with it, what was parsed is passed
 * through it, and what it throws makes the record a DESERIALIZATION_FAILED.
 * @example
 * const orders = topic('orders', { key: string, value: json<Order>(Order.parse) })
 */
export function json<T>(validate?: (value: unknown) => T): Serde<T> {
  return plainSerde<T>({
    name: 'json',
    encode: toJson,
    decode: (bytes) => {
      const value: unknown = JSON.parse(bytes.toString('utf8'))
      if (value === null) throw new TypeError('the JSON text is null')
      return validate ? validate(value) : (value as T)
    },
  })
}

function toJson(value: unknown): Buffer {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined || text === 'null') throw new TypeError(`expected a value that JSON has, got ${typeof value}`)
  return Buffer.from(text, 'utf8')
}
