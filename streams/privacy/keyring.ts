/** Data keys in memory: those in use unwrapped, those just made until they are kept, and which are gone. */
import { messageOf, TerminalError } from '../errors'
import { isPromise } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import { idSize, keyIdOf } from '../serdes/encryption/sealed'
import { boundedMap } from './cache'
import { decrypt, encrypt, type RandomBytes } from './cipher'
import type { KeyEncryption, KeyStore, WrappedKey } from './port'

export interface KeyringOptions {
  readonly store: KeyStore
  readonly encryption: KeyEncryption
  readonly random: RandomBytes
  /** Data keys kept unwrapped in memory. */
  readonly cachedKeys: number
}

export interface Keyring extends PersonalKeys {
  /** Sees to it that `seal` finds the subject's key: fetched, or made and kept. */
  provide(subject: string): Promise<void>
}

interface DataKey {
  readonly id: string
  readonly subject: string
  readonly key: Buffer
}

const keySize = 32

export function keyring({ store, encryption, random, cachedKeys }: KeyringOptions): Keyring {
  const keys = boundedMap<string, DataKey>(cachedKeys)
  const current = boundedMap<string, DataKey>(cachedKeys)
  const gone = boundedMap<string, true>(cachedKeys)
  const fresh = new Map<string, DataKey>()
  const fetching = new Map<string, Promise<void>>()
  let keeping: Promise<void> = Promise.resolve()

  store.onRemoved((id) => {
    const removed = keys.get(id)
    if (removed && current.get(removed.subject)?.id === id) current.delete(removed.subject)
    keys.delete(id)
    gone.set(id, true)
  })

  const remember = (dataKey: DataKey): DataKey | undefined => {
    // It may have been removed while it was on its way.
    if (gone.has(dataKey.id)) return undefined
    keys.set(dataKey.id, dataKey)
    return dataKey
  }
  const use = (dataKey: DataKey | undefined) => {
    if (dataKey) current.set(dataKey.subject, dataKey)
    return dataKey
  }
  const make = (subject: string): DataKey => {
    const made = { id: random(idSize).toString('hex'), subject, key: random(keySize) }
    fresh.set(made.id, made)
    keys.set(made.id, made)
    current.set(subject, made)
    return made
  }
  /** Undefined where unwrapping it has to be waited for. */
  const unwrapNow = ({ id, subject, kek, wrapped }: WrappedKey): DataKey | undefined => {
    const key = encryption.unwrap(kek, wrapped, contextOf(id, subject))
    if (isPromise(key)) {
      key.catch(() => undefined)
      return undefined
    }
    return remember({ id, subject, key })
  }
  const unwrap = async ({ id, subject, kek, wrapped }: WrappedKey): Promise<DataKey | undefined> =>
    remember({ id, subject, key: await encryption.unwrap(kek, wrapped, contextOf(id, subject)) })
  /** A subject that this process has not met may have a key all the same; then it gets a second one, which does no harm. */
  const keyOf = (subject: string): DataKey => {
    const cached = current.get(subject)
    if (cached) return cached
    const known = store.known(subject).at(-1)
    return use(known && (keys.get(known.id) ?? unwrapNow(known))) ?? make(subject)
  }
  /** What the store knows without waiting, where that is enough. */
  const knownKey = (id: string, subject: string): DataKey | undefined => {
    const known = gone.has(id) ? undefined : store.known(subject).find((key) => key.id === id)
    return known && unwrapNow(known)
  }
  const fetchOne = (id: string): Promise<void> => {
    const underWay = fetching.get(id)
    if (underWay) return underWay
    const own = store
      .get(id)
      .then(async (wrapped) => {
        if (wrapped) await unwrap(wrapped)
        else if (!fresh.has(id)) gone.set(id, true)
      })
      .finally(() => fetching.delete(id))
    fetching.set(id, own)
    return own
  }
  const missing = (id: string) => !keys.has(id) && !fresh.has(id) && !gone.has(id)
  const keep = async ({ id, subject, key }: DataKey) => {
    const wrapped = await encryption.wrap(key, contextOf(id, subject))
    await store.put({ id, subject, kek: encryption.current, wrapped })
    fresh.delete(id)
  }
  const flush = (): Promise<void> | undefined => {
    if (fresh.size === 0) return undefined
    // One after the other, so that no key is put twice.
    const own = keeping.then(() => Promise.all([...fresh.values()].map(keep)).then(() => undefined))
    keeping = own.catch(() => undefined)
    return own
  }

  return {
    seal: (subject, plain) => {
      const { id, key } = keyOf(subject)
      return Buffer.concat([Buffer.from(id, 'hex'), encrypt({ key, plain, context: subject, random })])
    },
    open: (subject, sealed) => {
      const id = keyIdOf(sealed)
      const dataKey = keys.get(id) ?? fresh.get(id) ?? knownKey(id, subject)
      if (dataKey) return openWith(dataKey, subject, sealed)
      if (gone.has(id)) return 'forgotten'
      // So that who tries again finds it.
      fetchOne(id).catch(() => undefined)
      return 'unknown'
    },
    fetch: (ids) => {
      const wanted = [...new Set(ids)].filter(missing)
      return wanted.length === 0 ? undefined : Promise.all(wanted.map(fetchOne)).then(() => undefined)
    },
    flush,
    provide: async (subject) => {
      if (!current.get(subject)) {
        const newest = (await store.keysOf(subject)).at(-1)
        if (newest) use(keys.get(newest.id) ?? (await unwrap(newest)))
        if (!current.get(subject)) make(subject)
      }
      await flush()
    },
  }
}

/** A wrapped key is of no use under another id or for another subject. */
export function contextOf(id: string, subject: string): string {
  return `${id} ${subject}`
}

function openWith({ key }: DataKey, subject: string, sealed: Buffer): Buffer {
  try {
    return decrypt(key, sealed.subarray(idSize), subject)
  } catch (cause) {
    const message = `a sealed value cannot be opened: it was changed, or is not about the person it stands with (${messageOf(cause)})`
    throw new TerminalError('DESERIALIZATION_FAILED', message, { cause })
  }
}
