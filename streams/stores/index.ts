/**
 * What is remembered. A store is declared once (declaration.ts) and opened over a back end (backend.ts: memory.ts, level.ts).
 * Processors see a typed view (store.ts), tasks the engine's side of it (managed.ts). In between lies a write-back cache of
 * decoded units (write-back.ts): plain values for key-value stores, and for stores by key and time (window, session,
 * versioned) bundles of one key's values in one segment of time (timelines.ts).
 */
export type { ByteEntry, ByteRange, ByteWrite, StateDirectory, StoreBackend } from './backend'
export * from './declaration'
export { foldChangelog, type StoreEntry } from './fold'
export { levelBackend } from './level'
export { levelStateDirectory } from './level-directory'
export type { ChangelogRecord, ManagedStore, RestoreRecord, StoreContext } from './managed'
export { memoryBackend } from './memory'
export { memoryStateDirectory } from './memory-directory'
export { DEFAULT_CACHE_BYTES, type OpenStoreOptions, openStore } from './open'
export { type Difference, differences, storedEntries } from './raw'
export type * from './store'
