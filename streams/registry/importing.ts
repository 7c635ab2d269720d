import { type Given, isSame, versionEntry } from './given'
import { idNeeded, idTaken, versionTaken } from './refusals'
import { nextVersion, type RegistryEntry, type RegistryState } from './state'

export interface Imported extends Given {
  readonly subject: string
  readonly id?: number
  readonly version?: number
}

/** As it is elsewhere, without asking whether it may follow. @throws TerminalError REGISTRY_REFUSED */
export function importSchema(state: RegistryState, commit: (entry: RegistryEntry) => void, given: Imported): number {
  const { subject, id } = given
  if (id === undefined) throw idNeeded(subject)
  const all = state.subjects.get(subject) ?? []
  const { version = nextVersion(all) } = given
  const holder = state.byId.get(id)
  if (holder && !isSame(holder, given)) throw idTaken(id)
  const there = all.find((one) => one.version === version)
  if (there && (there.id !== id || !isSame(there, given))) throw versionTaken(subject, version)
  if (!there) commit(versionEntry(subject, version, id, given))
  return id
}
