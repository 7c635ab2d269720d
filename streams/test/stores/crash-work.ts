import type { KeyValueStore, ManagedStore, StoreBackend, StoreContext, VersionedStore, WindowStore } from '../../stores'
import { keyValueStore, openStore, versionedStore, windowStore } from '../../stores'
import { countingJson, text } from '../../testing/contracts/stores/harness'

/** What the killed process does, so that the test can do the same in memory and compare. */
const value = countingJson<number>()

export const declarations = [
  keyValueStore('kv', { key: text, value }),
  windowStore('window', { key: text, value, windowSizeMs: 10, retentionMs: 500 }),
  versionedStore('versioned', { key: text, value, historyRetentionMs: 500 }),
] as const

export function openWork(declaration: (typeof declarations)[number], backend: StoreBackend): ManagedStore {
  const context: StoreContext = {
    currentTimestamp: () => 0,
    changelogTopic: 'changelog',
    openKey: (serde) => serde.open({ topic: 'changelog', role: 'key' }),
    openValue: (serde) => serde.open({ topic: 'changelog', role: 'value' }),
  }
  return openStore(declaration, backend, context)
}

/** The changes of commit `n`; a hundred each, so that a batch takes long enough to be interrupted. */
export function change(declaration: (typeof declarations)[number], { view }: ManagedStore, n: number): void {
  for (let at = 0; at < 100; at++) {
    const key = `key${(n * 31 + at * 7) % 400}`
    if (declaration.kind === 'key-value') (view as KeyValueStore<string, number>).put(key, at % 5 === 0 ? null : n)
    else if (declaration.kind === 'window') (view as WindowStore<string, number>).put(key, n, n * 5 + (at % 40))
    else (view as VersionedStore<string, number>).put(key, at % 5 === 0 ? null : n, n * 5 + (at % 40))
  }
}
