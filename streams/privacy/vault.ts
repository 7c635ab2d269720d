import { randomBytes } from 'node:crypto'
import { TerminalError } from '../errors'
import { parseAvro } from '../registry/avro/parse'
import type { AvroSchema } from '../serdes/avro/schema'
import { type PersonalFields, personalFields } from '../serdes/encryption/fields'
import type { PersonalKeys } from '../serdes/encryption/port'
import { keyIdOf } from '../serdes/encryption/sealed'
import { opened, sealedBytes, sealLeaf } from '../serdes/encryption/transform'
import type { RandomBytes } from './cipher'
import { contextOf, keyring } from './keyring'
import type { KeyEncryption, KeyStore } from './port'

export interface VaultOptions {
  readonly store: KeyStore
  readonly encryption: KeyEncryption
  /** Data keys kept unwrapped in memory. Default 10,000. */
  readonly cachedKeys?: number
  readonly random?: RandomBytes
  /** For `conceal` and `reveal`: the field that names the person, where the schema does not say so. */
  readonly subjectField?: string
}

/**
 * Holds the keys of personal data: one for each person, so that forgetting a person is deleting a key (crypto-shredding).
 * Give it to workers, writers and clients as `personalKeys`.
 */
export interface PersonalDataVault extends PersonalKeys {
  /**
   * Seals the personal fields of a value, as they come from outside: also what looks sealed already.
   * @throws TerminalError SERIALIZATION_FAILED when the value does not say whose they are; OutageError KEYS_UNAVAILABLE
   */
  conceal<T>(schema: AvroSchema<T>, value: T): Promise<T>
  /**
   * Opens the personal fields of a value; those of somebody forgotten are redacted.
   * @throws TerminalError DESERIALIZATION_FAILED when they were changed or are another person's; OutageError KEYS_UNAVAILABLE
   */
  reveal<T>(schema: AvroSchema<T>, value: T): Promise<T>
  /** Deletes the keys of a person; nothing sealed for them can be opened any more, wherever it lies. How many keys there were. */
  forget(subject: string): Promise<number>
  /** Wraps with the current key-encryption key what another one wraps. How many keys there were. */
  rewrap(): Promise<number>
  close(): Promise<void>
}

export function personalDataVault(options: VaultOptions): PersonalDataVault {
  const { store, encryption, cachedKeys = 10_000, random = randomBytes, subjectField } = options
  const keys = keyring({ store, encryption, random, cachedKeys })
  const plans = new WeakMap<AvroSchema<unknown>, { readonly fields: PersonalFields | undefined }>()
  const planOf = (schema: AvroSchema<unknown>): PersonalFields | undefined => {
    const known = plans.get(schema)
    if (known) return known.fields
    const unions = schema.values?.unions
    const named = { ...(subjectField !== undefined && { subjectField }), ...(unions && { unions }) }
    const fields = personalFields(parseAvro(schema.text), named)
    plans.set(schema, { fields })
    return fields
  }

  return {
    ...keys,
    conceal: async (schema, value) => {
      const plan = planOf(schema)
      if (plan === undefined) return value
      const subjects = new Set<string>()
      plan.map(value, (leaf) => {
        subjects.add(leaf.subject)
        return leaf.value
      })
      for (const subject of subjects) await keys.provide(subject)
      return plan.map(value, (leaf) => sealLeaf(leaf, keys)) as typeof value
    },
    reveal: async (schema, value) => {
      const plan = planOf(schema)
      if (plan === undefined) return value
      const ids = new Set<string>()
      plan.map(value, (leaf) => {
        const sealed = sealedBytes(leaf.value)
        if (sealed) ids.add(keyIdOf(sealed))
        return leaf.value
      })
      await keys.fetch(ids)
      return opened(plan, value, keys) as typeof value
    },
    forget: async (subject) => {
      if (subject === '') throw new TerminalError('CONFIG_INVALID', 'nobody can be forgotten without a name')
      await keys.flush()
      const found = await store.keysOf(subject)
      if (found.length > 0) await store.remove(found.map(({ id }) => id))
      return found.length
    },
    rewrap: async () => {
      const old = (await store.all()).filter(({ kek }) => kek !== encryption.current)
      for (const { id, subject, kek, wrapped } of old) {
        const context = contextOf(id, subject)
        const plain = await encryption.unwrap(kek, wrapped, context)
        await store.replace({ id, subject, kek: encryption.current, wrapped: await encryption.wrap(plain, context) })
      }
      return old.length
    },
    close: async () => {
      await keys.flush()
      await store.close()
    },
  }
}
