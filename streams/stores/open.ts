import type { StoreBackend } from './backend'
import type { AnyStoreDeclaration, StoreDeclaration } from './declaration'
import { openKeyValue } from './key-value'
import type { ManagedStore, StoreContext } from './managed'
import { openSession } from './session'
import { plainValues, timestampedValues } from './value-format'
import { openVersioned } from './versioned'
import { openWindow } from './window'

export interface OpenStoreOptions {
  /** Bytes, estimated, of decoded state kept in memory beyond what waits for its commit. Default 32 MiB. */
  readonly cacheBytes?: number
}

export const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024

/** Opens a declared store over a back end. @throws TerminalError CONFIG_INVALID: a serde lacks what it needs */
export function openStore(
  declaration: AnyStoreDeclaration,
  backend: StoreBackend,
  context: StoreContext,
  options: OpenStoreOptions = {},
): ManagedStore {
  // The compiler has checked key and value where the store was declared and where it is used; here they are whatever the serdes say.
  const store = declaration as StoreDeclaration<unknown, unknown>
  const values = context.openValue(store.value)
  const parts = { backend, context, cacheBytes: options.cacheBytes ?? DEFAULT_CACHE_BYTES }
  switch (store.kind) {
    case 'key-value':
      return openKeyValue({ ...parts, declaration: store, format: plainValues(values) })
    case 'timestamped-key-value':
      return openKeyValue({ ...parts, declaration: store, format: timestampedValues(values) })
    case 'versioned':
      return openVersioned({ ...parts, declaration: store, format: plainValues(values) })
    case 'window':
      return openWindow({ ...parts, declaration: store, format: plainValues(values) })
    case 'timestamped-window':
      return openWindow({ ...parts, declaration: store, format: timestampedValues(values) })
    case 'session':
      return openSession({ ...parts, declaration: store, format: plainValues(values) })
  }
}
