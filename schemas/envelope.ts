/** What every domain event carries beside its own fields. The engine stamps it; a decider says only the rest. */
export interface Envelope {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  readonly aggregateId: string
  /** Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: string
  /** The command or event that led to this one. */
  readonly causationId: string
}

/** An event as a decider makes it: without the envelope, except for its type. Of a union, each of its events so. */
export type Unstamped<E extends Envelope> = E extends Envelope ? Omit<E, Exclude<keyof Envelope, 'eventType'>> : never
