import type { LocalRegistry } from './local'
import type { MaybePromise } from './port'

/** A registry that can be served: a local one, or one whose answers and changes take a while. */
export type ServedRegistry = {
  readonly [K in keyof LocalRegistry]: (
    ...given: Parameters<LocalRegistry[K]>
  ) => MaybePromise<ReturnType<LocalRegistry[K]>>
} & {
  /** Learns what other processes have changed, before a question is answered. */
  refresh?(): Promise<void>
}
