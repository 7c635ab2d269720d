import type { OpenSerde, Serde, SerdeContext, SerdeRole } from './serde'

/** Opens serdes of one topic, and knows when all that it has opened may be used. */
export interface SerdeOpener {
  key<T>(serde: Serde<T>): OpenSerde<T>
  value<T>(serde: Serde<T>): OpenSerde<T>
  /** Of all that has been opened so far; undefined where it may be used at once. @throws OutageError REGISTRY_UNAVAILABLE */
  whenReady(): Promise<void> | undefined
}

export function serdeOpener(context: Omit<SerdeContext, 'role'>): SerdeOpener {
  const waiting: Promise<void>[] = []
  const open =
    (role: SerdeRole) =>
    <T>(serde: Serde<T>): OpenSerde<T> => {
      const opened = serde.open({ ...context, role })
      if (opened.ready !== undefined) waiting.push(opened.ready)
      return opened
    }
  return {
    key: open('key'),
    value: open('value'),
    whenReady: () => (waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined)),
  }
}
