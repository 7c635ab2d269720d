import type { AppendedBatch, OutgoingBatch, SendOptions } from '../port'
import type { Identity } from './batches'
import type { Client, Shared } from './client'
import { deliver } from './delivery'

/** Appends batches as one idempotent producer: each partition in order, a retry with the same sequence number (KIP-98). */
export interface Sender {
  /** One call at a time. @throws as LogProducer.send */
  send(batches: readonly OutgoingBatch[], identity: Identity, options?: SendOptions): Promise<readonly AppendedBatch[]>
  /**
   * Whether the broker's idea of our sequence numbers may differ from ours, since something was given up without an
   * answer. Then nothing may be sent under the same identity again: it could be taken for what was given up.
   */
  readonly doubtful: boolean
  /** Begins anew, for a new identity. */
  reset(): void
}

export interface SenderOptions {
  readonly client: Client
  readonly shared: Shared
  readonly transactionalId: string | null
}

export function createSender(options: SenderOptions): Sender {
  /** The next sequence number of each partition. */
  const sequences = new Map<string, number>()
  /** Behind the last acknowledged batch of each partition. */
  const ends = new Map<string, number>()
  let doubtful = false
  const onDoubt = () => {
    doubtful = true
  }
  return {
    send: (batches, identity, send) => deliver(batches, { ...options, ...send, identity, sequences, ends, onDoubt }),
    get doubtful() {
      return doubtful
    },
    reset() {
      sequences.clear()
      doubtful = false
    },
  }
}
