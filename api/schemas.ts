/** What comes in and goes out, once for validation, for types and for the OpenAPI document. */
import { type Static, type StringOptions, Type } from '@sinclair/typebox'
import { limits } from '../processors/items'
import { Problem } from './problems'
import { expected } from './validation'

/** Not blank, and without control characters, which have no business in a log line or a label. */
const printable = '^(?=[^]*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]*$'

function name(maxLength: number, options: StringOptions = {}) {
  return Type.String({
    minLength: 1,
    maxLength,
    pattern: printable,
    [expected]: `a text of 1 to ${maxLength} characters without control characters`,
    ...options,
  })
}

/** A JSON number, or a text for who will not trust it to a binary fraction. Its exact check is in money.ts. */
const Amount = Type.Union([Type.Number(), Type.String()], {
  [expected]: 'an amount with at most 2 decimals, as a number or as text',
  description: 'At least 0, at most 9999999999.99, at most 2 decimals; a number or a text.',
  examples: [45.99],
})

const Item = Type.Object(
  {
    menuItemId: name(100),
    name: name(200),
    price: Amount,
    quantity: Type.Integer({
      minimum: 1,
      maximum: limits.quantity,
      [expected]: `an integer between 1 and ${limits.quantity}`,
    }),
  },
  { [expected]: 'an object with menuItemId, name, price and quantity' },
)
export type Item = Static<typeof Item>

const DeliveryAddress = name(500, { description: 'Personal: kept encrypted, and forgotten with the customer.' })

const object = { [expected]: 'a JSON object' }

export const CreateOrderBody = Type.Object(
  {
    customerId: name(100),
    restaurantId: name(100),
    deliveryAddress: Type.Optional(DeliveryAddress),
    totalAmount: Amount,
    items: Type.Array(Item, {
      minItems: 1,
      maxItems: limits.items,
      [expected]: `a list of 1 to ${limits.items} items`,
    }),
  },
  object,
)
export const ConfirmOrderBody = Type.Object({ paymentId: name(100) }, object)
export const CancelOrderBody = Type.Object({ reason: name(500) }, object)
export const AddCartItemBody = Type.Object(Item.properties, object)
export const CheckOutBody = Type.Object(
  {
    customerId: name(100),
    restaurantId: name(100),
    deliveryAddress: Type.Optional(DeliveryAddress),
    totalAmount: Type.Optional(Amount),
  },
  object,
)

export const IdParams = Type.Object({ id: name(100) })
export const CartItemParams = Type.Object({ id: name(100), menuItemId: name(100) })

export const CommandHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      [expected]: '1 to 255 visible ASCII characters',
      description: 'The same key gives the same outcome, however often the request is sent.',
    }),
  ),
  'if-match': Type.Optional(
    Type.String({ description: 'The version the command expects, as the ETag gave it.', examples: ['"3"'] }),
  ),
})
export type CommandHeaders = Static<typeof CommandHeaders>

export const ReadHeaders = Type.Object({ 'if-none-match': Type.Optional(Type.String()) })

const statuses = ['created', 'confirmed', 'dispatched', 'delivered', 'cancelled'] as const
const Status = Type.Unsafe<(typeof statuses)[number]>(
  Type.Union(
    statuses.map((status) => Type.Literal(status)),
    { [expected]: `one of ${statuses.join(', ')}` },
  ),
)

export const ListQuery = Type.Object({
  customerId: Type.Optional(name(100)),
  status: Type.Optional(Status),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, default: 50, [expected]: 'an integer between 1 and 200' }),
  ),
  after: Type.Optional(Type.String({ maxLength: 1_000, description: 'The `next` of the page before.' })),
})

const Money = Type.Number({ description: 'Two decimals at most.', examples: [45.99] })
const Time = Type.String({ format: 'date-time' })
const OrNull = <const T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])
const ItemView = Type.Object({ menuItemId: Type.String(), name: Type.String(), price: Money, quantity: Type.Integer() })

export const OrderView = Type.Object({
  orderId: Type.String(),
  status: Status,
  version: Type.Integer({ description: 'Also the ETag.' }),
  customerId: Type.String(),
  restaurantId: Type.String(),
  totalAmount: Money,
  items: Type.Array(ItemView),
  paymentId: OrNull(Type.String({ description: 'The payment that confirmed it.' })),
  reason: OrNull(Type.String({ description: 'Why it was cancelled.' })),
  deliveryAddress: OrNull(Type.String({ description: '`[redacted]` once the customer is forgotten.' })),
  createdAt: Time,
  updatedAt: Time,
})
export type OrderView = Static<typeof OrderView>

export const OrderListView = Type.Object({
  orders: Type.Array(OrderView),
  next: OrNull(Type.String({ description: 'Give it as `after` for the next page; null on the last.' })),
})

export const EventView = Type.Object(
  {
    eventId: Type.String(),
    eventType: Type.String(),
    aggregateId: Type.String(),
    version: Type.Integer(),
    occurredOn: Time,
    causationId: Type.String(),
  },
  { additionalProperties: true },
)
/** With the event's own fields. */
export type EventView = Static<typeof EventView> & Readonly<Record<string, unknown>>
export const HistoryView = Type.Object({ orderId: Type.String(), events: Type.Array(EventView) })

export const CartView = Type.Object({
  cartId: Type.String(),
  status: Type.Union([Type.Literal('open'), Type.Literal('checkedOut')]),
  version: Type.Integer({ description: 'Also the ETag.' }),
  items: Type.Array(ItemView),
  totalAmount: Type.Number({ description: 'The sum of the items.' }),
  orderId: OrNull(Type.String({ description: 'The order it became.' })),
  createdAt: Time,
  updatedAt: Time,
})
export type CartView = Static<typeof CartView>

/** The answers a command may have beside its own. */
export const problems = { '4xx': Problem, '5xx': Problem } as const
