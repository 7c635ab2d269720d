import { referrers } from './given'
import type { LocalRegistry } from './local'
import * as refusal from './refusals'
import { isMeant, type RegistryEntry, type RegistryMode, type RegistryState } from './state'

/** Deleting in two steps, as Confluent's registry has it: out of sight first, away for ever after that. */
export function deletions(
  state: RegistryState,
  commit: (entry: RegistryEntry) => void,
  modeOf: (subject: string) => RegistryMode,
): Pick<LocalRegistry, 'deleteSubject' | 'deleteVersion'> {
  const remove = (subject: string, versions: readonly number[], permanent: boolean) => {
    if (modeOf(subject) === 'READONLY') throw refusal.readOnly(subject)
    for (const version of versions) {
      if (referrers(state, subject, version).length > 0) throw refusal.referenceExists(subject, version)
    }
    commit({ kind: 'delete', subject, versions, permanent })
  }
  return {
    deleteSubject: (subject, permanent = false) => {
      const all = state.subjects.get(subject)
      if (all === undefined) throw refusal.subjectUnknown(subject)
      const inSight = all.filter((one) => isMeant(one, 'without'))
      if (permanent && inSight.length > 0) throw refusal.subjectNotSoftDeleted(subject)
      if (!permanent && inSight.length === 0) throw refusal.subjectSoftDeleted(subject)
      const versions = (permanent ? all : inSight).map(({ version }) => version)
      remove(subject, versions, permanent)
      return versions
    },
    deleteVersion: (subject, version, permanent = false) => {
      const all = state.subjects.get(subject)
      if (all === undefined) throw refusal.subjectUnknown(subject)
      const found = all.find((one) => one.version === version)
      if (found === undefined) throw refusal.versionUnknown(version)
      if (permanent && !found.deleted) throw refusal.versionNotSoftDeleted(subject, version)
      if (!permanent && found.deleted) throw refusal.versionSoftDeleted(subject, version)
      remove(subject, [version], permanent)
      return version
    },
  }
}
