/** Compiled, not run: what the stateless verbs make of types, and what they refuse. */
import { type Stream, stream } from '../../dsl/stream'
import { json, long, nullable, string } from '../../serdes'
import { topic } from '../../topics'

type Event =
  | { readonly type: 'placed'; readonly total: number }
  | { readonly type: 'paid'; readonly paymentId: string }
  | { readonly type: 'cancelled'; readonly reason: string }
type Of<T extends Event['type']> = Extract<Event, { readonly type: T }>

const events = stream(topic('events', { key: string, value: json<Event>() }))
const numbers = stream(topic('numbers', { key: string, value: long }))
const gaps = stream(topic('gaps', { key: nullable(string), value: nullable(long) }))

const isPlaced = (event: Event): event is Of<'placed'> => event.type === 'placed'
const isPaid = (event: Event): event is Of<'paid'> => event.type === 'paid'

/** A guard narrows, a predicate does not; an arrow function that compares is a guard. */
export const placed: Stream<string, Of<'placed'>> = events.filter(isPlaced)
export const some: Stream<string, Event> = events.filter((_, key) => key !== '')
export const paid: Stream<string, Of<'paid'>> = events.filter((event) => event.type === 'paid')
export const present: Stream<string | null, number> = gaps.filter((value) => value !== null)

/** Value first, key second. */
export const lengths: Stream<string, number> = numbers.mapValues((value, key) => value + key.length)
export const swapped: Stream<number, string> = numbers.map((value, key) => [value, key])
export const letters: Stream<string, string> = numbers.flatMapValues((_, key) => key)
export const both: Stream<string, number | Event> = numbers.merge(events)

/** Each branch has the type of its guard, the default branch that of the stream. */
const branches = events.split({ placed: isPlaced, paid: isPaid, late: (_, key) => key === 'late' }, 'others')
export const inBranch: Stream<string, Of<'placed'>> = branches.placed
export const late: Stream<string, Event> = branches.late
export const others: Stream<string, Event> = branches.others

/** A case of the union is forgotten. */
export const described: Stream<string, string> = events.mapValues((event) => {
  switch (event.type) {
    case 'placed':
      return `placed for ${event.total}`
    case 'paid':
      return `paid with ${event.paymentId}`
    default: {
      // @ts-expect-error says: readonly type: "cancelled"
      const forgotten: never = event
      return forgotten
    }
  }
})

// @ts-expect-error says: Property 'total' does not exist on type 'Event'
events.mapValues((event) => event.total)
// @ts-expect-error says: Property 'paymentId' does not exist on type '{ readonly type: "placed"
events.filter(isPlaced).mapValues((event) => event.paymentId)
// @ts-expect-error says: is possibly 'null'
gaps.mapValues((value) => value + 1)
// @ts-expect-error says: Property 'other' does not exist
branches.other
// @ts-expect-error says: not assignable to type 'boolean'
events.split({ placed: () => 'yes' })
// @ts-expect-error says: not assignable to type 'Stream<string, string>'
export const notText: Stream<string, string> = numbers.filter((value) => value > 0)
// @ts-expect-error the streams are of different keys; says: 'Stream<number, string>' is not assignable to parameter of type 'Stream<string, string>'
numbers.merge(swapped)
