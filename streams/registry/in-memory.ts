import { type LocalRegistry, localRegistry } from './local'

/**
 * A registry that lives as long as the process and answers at once. Ids count from 1 in the order of registration, and one
 * schema has one id whatever its subject, so that tests see the same bytes on every run.
 */
export function inMemoryRegistry(): LocalRegistry {
  return localRegistry({ entries: [], record: () => undefined })
}
