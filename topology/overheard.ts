import type { SourceOptions } from 'millrace'

/**
 * For a topic that several flows read: a record that none of them can decode goes into the dead letters once, by one
 * flow, and the others leave it out. So `delivery` answers for order-events and `orders` for the three stages' events.
 */
export const overheard: SourceOptions = { onError: { deserialization: 'continue' } }
