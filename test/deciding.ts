/**
 * What the engine's `decide` does, in memory and for one aggregate or many: stamps events, counts versions, remembers
 * handled commands. It lets a decider be tested, and the API be run, without a log.
 */
import {
  type CommandEnvelope,
  type Decider,
  type EventEnvelope,
  isRefusal,
  type Outcome,
  type Refusal,
  type Unstamped,
} from 'millrace'
import { derivedId } from '../processors/ids'

export interface InMemory<S, C, E> {
  handle(key: string, command: C & CommandEnvelope): Outcome<S>
  state(key: string): S
  events(key: string): readonly E[]
}

interface Kept<S, E> {
  readonly state: S
  readonly events: readonly E[]
  readonly handled: ReadonlySet<string>
}

export function inMemory<S, C, E extends EventEnvelope>(
  decider: Decider<S, C, E>,
  now: () => number = counter(),
): InMemory<S, C, E> {
  const aggregates = new Map<string, Kept<S, E>>()
  const kept = (key: string) =>
    aggregates.get(key) ?? { state: decider.initial, events: [], handled: new Set<string>() }

  function handle(key: string, command: C & CommandEnvelope): Outcome<S> {
    const { state, events, handled } = kept(key)
    const { commandId, expectedVersion } = command
    const version = events.length
    const refused = ({ code, message }: Pick<Refusal, 'code' | 'message'>) =>
      ({ commandId, accepted: false, version, refusal: { code, message }, state }) as const
    if (handled.has(commandId)) return { commandId, accepted: true, version, refusal: null, state }
    if (expectedVersion !== null && expectedVersion !== version) {
      return refused({ code: 'VERSION_CONFLICT', message: `the version is ${version}, not ${expectedVersion}` })
    }
    const decision = decider.decide(command, state)
    if (isRefusal(decision)) return refused(decision)
    const stamped = decision.map((event, index) =>
      stamp<E>(event, { key, commandId, index, version: version + index + 1, now: now() }),
    )
    const after = stamped.reduce((folded, event) => decider.evolve(folded, event), state)
    aggregates.set(key, {
      state: after,
      events: [...events, ...stamped],
      handled: stamped.length > 0 ? new Set([...handled, commandId]) : handled,
    })
    return { commandId, accepted: true, version: version + stamped.length, refusal: null, state: after }
  }

  return { handle, state: (key) => kept(key).state, events: (key) => kept(key).events }
}

interface Stamp {
  readonly key: string
  readonly commandId: string
  readonly index: number
  readonly version: number
  readonly now: number
}

function stamp<E>(event: Unstamped<E>, { key, commandId, index, version, now }: Stamp): E {
  const eventId = derivedId(commandId, String(index))
  const envelope: EventEnvelope = { eventId, aggregateId: key, occurredOn: now, version, causationId: commandId }
  return { ...event, ...envelope } as E
}

function counter(): () => number {
  let time = 1_000
  return () => time++
}

/** Given events that happened, when a command comes, then expect these events to follow, or that it is refused. */
export function given<S, C, E extends EventEnvelope>(decider: Decider<S, C, E>, ...history: readonly Unstamped<E>[]) {
  const state = history.reduce((folded, event, index) => {
    const envelope = { key: 'aggregate-1', commandId: `past-${index}`, index: 0, version: index + 1, now: index + 1 }
    return decider.evolve(folded, stamp<E>(event, envelope))
  }, decider.initial)
  return {
    state,
    when: (command: C) => {
      const decision = decider.decide(command, state)
      return {
        expect: (...expected: readonly Unstamped<E>[]) => expect(decision).toEqual(expected),
        refused: (code: string) =>
          expect(decision).toEqual({ refused: true, code, message: expect.stringMatching(/\S/) }),
      }
    },
  }
}
