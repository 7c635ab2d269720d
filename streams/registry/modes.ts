import { notEmpty } from './refusals'
import { meansSubject, type RegistryEntry, type RegistryMode, type RegistryState } from './state'

export interface Modes {
  /** The mode in force for a subject, or without one for all subjects that have none of their own. */
  mode(subject?: string): RegistryMode
  /** The subject's own mode. */
  ownMode(subject: string): RegistryMode | undefined
  /**
   * Null takes the mode away again: the subject goes by the common one, the common one is READWRITE. IMPORT is for what is
   * empty, unless `force`d. @throws TerminalError REGISTRY_REFUSED
   */
  setMode(mode: RegistryMode | null, subject?: string, force?: boolean): void
}

export function modes(state: RegistryState, commit: (entry: RegistryEntry) => void): Modes {
  const hasSchemas = (subject?: string) =>
    subject === undefined
      ? [...state.subjects.values()].some((all) => meansSubject(all, 'without'))
      : meansSubject(state.subjects.get(subject) ?? [], 'without')
  return {
    mode: (subject) => (subject !== undefined && state.modes.get(subject)) || state.modes.get(null) || 'READWRITE',
    ownMode: (subject) => state.modes.get(subject),
    setMode: (mode, subject, force = false) => {
      const current = subject === undefined ? state.modes.get(null) : state.modes.get(subject)
      if (mode === 'IMPORT' && current !== 'IMPORT' && !force && hasSchemas(subject)) {
        throw notEmpty(subject === undefined ? 'the registry' : `subject ${subject}`)
      }
      commit({ kind: 'mode', subject: subject ?? null, mode })
    },
  }
}
