import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Topic } from 'millrace'
import * as topics from '../../schemas/topics'
import type { Contract } from './corpus'

/** Every contract of the platform; a new one goes to the end, since a contract's number is in its bytes. */
const names = [
  'order-commands',
  'order-events',
  'order-outcomes',
  'payment-events',
  'dispatch-events',
  'delivery-events',
  'cart-commands',
  'cart-events',
  'cart-outcomes',
]

export const contracts: readonly Contract[] = Object.values(topics).map((topic) => ({
  topic: topic as Topic<string, unknown>,
  schema: readFileSync(join(__dirname, '..', '..', 'schemas', `${topic.name.replace(/s$/, '')}.avsc`), 'utf8'),
  number: names.indexOf(topic.name) + 1,
}))
