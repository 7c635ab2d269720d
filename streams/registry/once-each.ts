import { type Clock, elapsed } from '../clock'
import { TerminalError } from '../errors'
import type { MaybePromise } from './port'

export interface OnceEachOptions {
  readonly clock: Clock
  /** How long a definite no is believed, in ms. */
  readonly missTtlMs: number
}

/**
 * Keeps what has been answered for good, definite refusals for a while, and lets all who ask the same at the same time
 * wait for one answer.
 */
export function onceEach<K, V>({
  clock,
  missTtlMs,
}: OnceEachOptions): (key: K, question: () => Promise<V>) => MaybePromise<V> {
  const known = new Map<K, V>()
  const asked = new Map<K, Promise<V>>()
  const misses = new Map<K, { readonly error: TerminalError; readonly until: number }>()
  const settle = async (key: K, question: () => Promise<V>) => {
    try {
      const value = await question()
      known.set(key, value)
      misses.delete(key)
      return value
    } catch (error) {
      if (error instanceof TerminalError) misses.set(key, { error, until: elapsed(clock) + missTtlMs })
      throw error
    } finally {
      asked.delete(key)
    }
  }
  return (key, question) => {
    const answer = known.get(key)
    if (answer !== undefined) return answer
    const miss = misses.get(key)
    if (miss && elapsed(clock) < miss.until) return Promise.reject(miss.error)
    const pending = asked.get(key) ?? settle(key, question)
    asked.set(key, pending)
    return pending
  }
}
