/**
 * A decider is three pure functions (Chassaing's decider; emmett, castore): what to do with a command, and how an event
 * changes the state. The engine adds what every event carries (`EventEnvelope`) and answers the command (`Outcome`).
 */
export interface Refusal {
  readonly refused: true
  /** For programs, for example `ALREADY_DISPATCHED`. */
  readonly code: string
  /** For people. */
  readonly message: string
}

/** A business refusal: an answer, not an error. */
export function refuse(code: string, message: string): Refusal {
  return Object.freeze({ refused: true, code, message })
}

export function isRefusal(decision: unknown): decision is Refusal {
  return typeof decision === 'object' && decision !== null && (decision as Partial<Refusal>).refused === true
}

/** An event as a decider makes it, without what the engine adds. Of a union, each of its events so. */
export type Unstamped<E> = E extends unknown ? Omit<E, keyof EventEnvelope> : never

/** S: state, C: commands, E: events as they are written, with their envelope. */
export interface Decider<S, C, E> {
  /** The state of an aggregate that has no events yet. */
  readonly initial: S
  /** The events that follow, none when the command changes nothing, or why it is refused. */
  decide(command: C, state: S): readonly Unstamped<E>[] | Refusal
  evolve(state: S, event: E): S
}

/** What each command carries beside its own fields. */
export interface CommandEnvelope {
  /** A command whose id has been handled before is answered again and changes nothing. */
  readonly commandId: string
  /** The version the sender has seen; another one refuses the command with VERSION_CONFLICT. Null: any. */
  readonly expectedVersion: number | null
}

/** What each domain event carries beside its own fields. */
export interface EventEnvelope {
  /** uuid v5 of the command's id and the event's place in its decision: the same on every attempt. */
  readonly eventId: string
  /** The key of the command. */
  readonly aggregateId: string
  /** ms by the wall clock, when it was decided; the event's record keeps the timestamp of the command's. */
  readonly occurredOn: number
  /** 1, 2, 3, … per aggregate. */
  readonly version: number
  /** The id of the command that caused it. */
  readonly causationId: string
}

/** The answer to a command. */
export interface Outcome<S> {
  readonly commandId: string
  readonly accepted: boolean
  /** The aggregate's version after the command; 0 when it does not exist. */
  readonly version: number
  readonly refusal: { readonly code: string; readonly message: string } | null
  readonly state: S
}

/** What the store of a decider keeps per aggregate: a fold of its events and of nothing else. */
export interface Aggregate<S> {
  readonly version: number
  readonly state: S
  /** Ids of the latest commands that made events, newest last: they make a repeated command harmless. */
  readonly handled: readonly string[]
}
