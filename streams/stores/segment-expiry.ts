import type { StoreBackend } from './backend'
import { fromId } from './bytes'
import { idsBefore } from './timeline-ids'

/** Deletes expired segments in the background: a commit does not wait for it, and a failure shows at the next one. */
export function segmentExpiry(backend: StoreBackend) {
  let expiredBefore = Number.NEGATIVE_INFINITY
  let running: Promise<void> = Promise.resolve()
  let failure: { readonly error: unknown } | undefined

  async function clear(segment: number): Promise<void> {
    for (const { from, to } of idsBefore(segment)) await backend.clear({ from: fromId(from), to: fromId(to) })
  }
  return {
    expire(segment: number): void {
      if (segment <= expiredBefore) return
      expiredBefore = segment
      running = running
        .then(() => clear(segment))
        .catch((error) => {
          failure = { error }
        })
    },
    /** What the last deletion met, as a promise that says so. */
    failed: (): Promise<never> | undefined => failure && Promise.reject(failure.error),
    settled: () => running,
  }
}
