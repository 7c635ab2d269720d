// Generated from payment-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** The payment of an order was taken. */
export interface PaymentProcessed {
  /** Derived from the order event it answers, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** The version of the order to which it answers: it rises, with gaps. */
  readonly version: number
  readonly eventType: 'PaymentProcessed'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly paymentId: string
  /** Decimal text, at most 12 digits, 2 of them after the point. */
  readonly amount: string
  /** How it was paid, for example `card`. */
  readonly method: string | null
}

/** As it may be given: what has a default may be left out. */
export type PaymentProcessedInput = WithDefaults<PaymentProcessed, 'method'>

/** Puts the schema's defaults in for what is left out. */
export function newPaymentProcessed(input: PaymentProcessedInput): PaymentProcessed {
  return withDefaults<PaymentProcessed, 'method'>({ method: null }, input)
}

/** The payment of an order was declined. */
export interface PaymentFailed {
  /** Derived from the order event it answers, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** The version of the order to which it answers: it rises, with gaps. */
  readonly version: number
  readonly eventType: 'PaymentFailed'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly reason: string
}

/** A payment was given back. */
export interface PaymentRefunded {
  /** Derived from the order event it answers, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** The version of the order to which it answers: it rises, with gaps. */
  readonly version: number
  readonly eventType: 'PaymentRefunded'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly paymentId: string
  readonly refundId: string
  /** Decimal text, at most 12 digits, 2 of them after the point. */
  readonly amount: string
}

export type PaymentEvent = PaymentProcessed | PaymentFailed | PaymentRefunded

/** The text of payment-event.avsc, as it is registered. */
export const paymentEventSchema = avroSchema<PaymentEvent>(
  '[{"type":"record","name":"PaymentProcessed","namespace":"payments.events","doc":"The payment of an order was taken.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the order event it answers, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"The version of the order to which it answers: it rises, with gaps."},{"name":"eventType","type":{"type":"enum","name":"PaymentProcessedEventType","symbols":["PaymentProcessed"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"paymentId","type":"string"},{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},{"name":"method","type":["null","string"],"doc":"How it was paid, for example `card`.","default":null}]},{"type":"record","name":"PaymentFailed","namespace":"payments.events","doc":"The payment of an order was declined.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the order event it answers, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"The version of the order to which it answers: it rises, with gaps."},{"name":"eventType","type":{"type":"enum","name":"PaymentFailedEventType","symbols":["PaymentFailed"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"reason","type":"string"}]},{"type":"record","name":"PaymentRefunded","namespace":"payments.events","doc":"A payment was given back.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the order event it answers, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"The version of the order to which it answers: it rises, with gaps."},{"name":"eventType","type":{"type":"enum","name":"PaymentRefundedEventType","symbols":["PaymentRefunded"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"paymentId","type":"string"},{"name":"refundId","type":"string"},{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}}]}]',
)

export const paymentEventSerde = avro(paymentEventSchema)
