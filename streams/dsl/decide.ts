import type { Aggregate, Decider, Outcome } from '../graph/decider'
import { type Node, node } from '../graph/node'
import type { KeyValueStoreDeclaration } from '../stores/declaration'
import { erase } from './erase'
import type { Stream } from './stream'

/** The store of a decider. */
export type AggregateStore<S> = KeyValueStoreDeclaration<string, Aggregate<S>>

export interface Decided<S, E> {
  readonly events: Stream<string, E>
  readonly outcomes: Stream<string, Outcome<S>>
}

interface Decision {
  readonly kind: 'event' | 'outcome'
  readonly event: unknown
  readonly outcome: unknown
}

export function decideNodes<S, C, E>(
  from: Node,
  store: AggregateStore<S>,
  decider: Decider<S, C, E>,
): { readonly events: Node; readonly outcomes: Node } {
  const declared = erase<KeyValueStoreDeclaration<unknown, unknown>>(store)
  const decided = node({ type: 'decide', decider: erase(decider), store: declared, stores: [declared] }, [from])
  const only = (kind: Decision['kind']) => {
    const chosen = node({ type: 'filter', predicate: (value) => (value as Decision).kind === kind, not: false }, [
      decided,
    ])
    return node({ type: 'map-values', map: (value) => (value as Decision)[kind] }, [chosen])
  }
  return { events: only('event'), outcomes: only('outcome') }
}

export type { Outcome }
