import { TerminalError } from '../errors'
import type { Serde } from '../serdes/serde'
import { fromId, toId } from './bytes'
import type { StoreContext } from './managed'

/** A store's keys as the ids of their encoded bytes. */
export interface KeyIds<K> {
  /** @throws TerminalError SERIALIZATION_FAILED */
  id(key: K): string
  key(id: string): K
}

export function openKeyIds<K>(store: string, serde: Serde<K>, context: StoreContext): KeyIds<K> {
  const open = context.openKey(serde)
  const encoded: KeyIds<K> = {
    id(key) {
      const bytes = open.encode(key)
      if (bytes === null)
        throw new TerminalError('SERIALIZATION_FAILED', `Store '${store}' takes no null key.`, { details: { store } })
      return toId(bytes)
    },
    key: (id) => open.decode(fromId(id)),
  }
  return serde.name === 'string' ? plainStrings(encoded) : encoded
}

/** UTF-8 leaves ASCII text as it is, so such a key is its own id and the common case needs no encoding at all. */
function plainStrings<K>(encoded: KeyIds<K>): KeyIds<K> {
  return {
    id: (key) => (typeof key === 'string' && isAscii(key) ? key : encoded.id(key)),
    key: (id) => (isAscii(id) ? (id as K) : encoded.key(id)),
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}
