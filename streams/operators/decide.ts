import { type Aggregate, type CommandEnvelope, isRefusal, type Outcome } from '../graph/decider'
import type { KeyValueStore } from '../stores/store'
import type { OperatorFactory } from './operator'
import { uuid5 } from './uuid5'

/** What `decide` forwards: the events of one command, one after the other, and then its outcome. */
export type Decision =
  | { readonly kind: 'event'; readonly event: object }
  | { readonly kind: 'outcome'; readonly outcome: Outcome<unknown> }

/** How many of the latest command ids of an aggregate are remembered. */
const REMEMBERED_COMMANDS = 64

/**
 * Decides each command against the state of its key: the task that owns the key is the only one that does, so commands
 * to one aggregate are decided one after the other. The store is a fold of the events alone.
 */
export const decide: OperatorFactory<'decide'> = ({ decider, store: declaration }, context) => {
  const store = context.store(declaration.name) as KeyValueStore<unknown, Aggregate<unknown>>
  const none: Aggregate<unknown> = { version: 0, state: decider.initial, handled: [] }

  return {
    process: (record) => {
      const { key, timestamp, headers } = record
      const command = record.value as CommandEnvelope
      const before = store.get(key) ?? none
      const answer = (outcome: Omit<Outcome<unknown>, 'commandId'>) =>
        context.forward({
          key,
          value: { kind: 'outcome', outcome: { commandId: command.commandId, ...outcome } } satisfies Decision,
          timestamp,
          headers,
        })
      const refused = (code: string, message: string) =>
        answer({ accepted: false, version: before.version, refusal: { code, message }, state: before.state })

      if (before.handled.includes(command.commandId)) {
        return answer({ accepted: true, version: before.version, refusal: null, state: before.state })
      }
      if (command.expectedVersion !== null && command.expectedVersion !== before.version) {
        return refused('VERSION_CONFLICT', `the version is ${before.version}, not ${command.expectedVersion}`)
      }
      const decision = decider.decide(command, before.state)
      if (isRefusal(decision)) return refused(decision.code, decision.message)

      const events = decision.map((event, index) => ({
        ...(event as object),
        eventId: eventId(command.commandId, index),
        aggregateId: key as string,
        occurredOn: context.wallClock(),
        version: before.version + index + 1,
        causationId: command.commandId,
      }))
      const state = events.reduce((folded: unknown, event) => decider.evolve(folded, event), before.state)
      const version = before.version + events.length
      if (events.length > 0) {
        store.put(key, { version, state, handled: [...before.handled, command.commandId].slice(-REMEMBERED_COMMANDS) })
      }
      for (const event of events) {
        context.forward({ key, value: { kind: 'event', event } satisfies Decision, timestamp, headers })
      }
      answer({ accepted: true, version, refusal: null, state })
    },
  }
}

/** The space of the ids of events (a random UUID, fixed for ever). */
const EVENT_IDS = Buffer.from('1f0c4a3e5d2b4e7c8a9b6d3f2e1c0b5a', 'hex')

/** A repeated attempt makes the same event. */
function eventId(commandId: string, index: number): string {
  return uuid5(EVENT_IDS, `${commandId}:${index}`)
}
