import fc from 'fast-check'
import { OutageError } from '../errors'
import { inMemoryRegistry } from '../registry'
import { avro } from '../serdes/avro/avro'
import { avroSchema } from '../serdes/avro/schema'
import { isSealed } from '../serdes/encryption/sealed'
import type { SerdeContext } from '../serdes/serde'
import { keyEncryptionFromText, localKeyEncryption } from './key-encryption'
import type { KeyEncryption, KeyStore } from './port'
import { memoryKeyStore } from './stores/memory'
import { personalDataVault } from './vault'

const kek = (id: string, fill = id) => ({ id, key: Buffer.alloc(32, fill) })
const encryption = localKeyEncryption([kek('one')])
const vaultOver = (store: KeyStore, using: KeyEncryption = encryption) =>
  personalDataVault({ store, encryption: using })

interface Person {
  readonly id: string
  readonly name: string
  readonly note: string | null
  readonly photo: Buffer
  readonly addresses: readonly { readonly street: string; readonly zip: string }[]
  readonly nicknames: { readonly [key: string]: string }
  readonly friend: Person | null
}

const pii = { 'confluent:tags': ['PII'] }
const personSchema = avroSchema<Person>(
  JSON.stringify({
    type: 'record',
    name: 'Person',
    namespace: 'test',
    fields: [
      { name: 'id', type: 'string', 'millrace.subject': true },
      { name: 'name', type: 'string', ...pii, 'millrace.redacted': 'somebody' },
      { name: 'note', type: ['null', 'string'], default: null, ...pii },
      { name: 'photo', type: 'bytes', ...pii },
      {
        name: 'addresses',
        type: {
          type: 'array',
          items: {
            type: 'record',
            name: 'Address',
            fields: [
              { name: 'street', type: 'string', ...pii },
              { name: 'zip', type: 'string' },
            ],
          },
        },
      },
      { name: 'nicknames', type: { type: 'map', values: 'string' }, ...pii },
      { name: 'friend', type: ['null', 'Person'], default: null },
    ],
  }),
)

const bob: Person = {
  id: 'bob',
  name: 'Robert Plaintext',
  note: null,
  photo: Buffer.from('Plaintext of a photo'),
  addresses: [],
  nicknames: {},
  friend: null,
}
const ann: Person = {
  id: 'ann',
  name: 'Anna Plaintext',
  note: 'Plaintext: rings twice',
  photo: Buffer.alloc(0),
  addresses: [{ street: '1 Plaintext Street', zip: '12345' }],
  nicknames: { school: 'Plaintextie' },
  friend: bob,
}
const annForgotten = {
  ...ann,
  name: 'somebody',
  note: null,
  addresses: [{ street: '[redacted]', zip: '12345' }],
  nicknames: { school: '[redacted]' },
}

describe('a vault', () => {
  test('seals what is personal, wherever it stands, and opens it again', async () => {
    const vault = vaultOver(memoryKeyStore())
    const sealed = await vault.conceal(personSchema, ann)
    expect(JSON.stringify(sealed)).not.toContain('Plaintext')
    expect(sealed).toMatchObject({ id: 'ann', addresses: [{ zip: '12345' }], friend: { id: 'bob', note: null } })
    expect([sealed.name, sealed.note, sealed.photo, sealed.friend?.photo].map(isSealed)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(await vault.reveal(personSchema, sealed)).toEqual(ann)
  })

  test('shows of somebody forgotten what the schema says, and of others everything', async () => {
    const store = memoryKeyStore()
    const vault = vaultOver(store)
    const sealed = await vault.conceal(personSchema, ann)
    expect(await vault.forget('ann')).toBe(1)
    expect(await vault.reveal(personSchema, sealed)).toEqual({ ...annForgotten, friend: bob })
    expect(await vaultOver(store).reveal(personSchema, sealed)).toEqual({ ...annForgotten, friend: bob })
    expect(await vault.forget('ann')).toBe(0)
  })

  test('somebody forgotten may come back; what was forgotten does not', async () => {
    const vault = vaultOver(memoryKeyStore())
    const before = await vault.conceal(personSchema, ann)
    await vault.forget('ann')
    const after = await vault.conceal(personSchema, ann)
    expect(await vault.reveal(personSchema, after)).toEqual(ann)
    expect(await vault.reveal(personSchema, before)).toEqual({ ...annForgotten, friend: bob })
  })

  test('one key for each person, whoever asks, and however often', async () => {
    const store = memoryKeyStore()
    for (let restart = 0; restart < 3; restart++) await vaultOver(store).conceal(personSchema, ann)
    expect((await store.all()).map(({ subject }) => subject).sort()).toEqual(['ann', 'bob'])
  })

  test('the same text is never sealed alike, and looks sealed only once it is', async () => {
    const vault = vaultOver(memoryKeyStore())
    const one = await vault.conceal(personSchema, bob)
    const two = await vault.conceal(personSchema, bob)
    expect(one.name).not.toBe(two.name)
    // What a stranger sends us sealed is sealed once more: it comes back as it was sent.
    const again = await vault.conceal(personSchema, one)
    expect(await vault.reveal(personSchema, again)).toEqual(one)
  })

  test("refuses what was changed, or moved to another person's record", async () => {
    const vault = vaultOver(memoryKeyStore())
    const sealed = await vault.conceal(personSchema, { ...ann, friend: null })
    const moved = { ...sealed, id: 'bob' }
    // A character of the ciphertext, not the last one, which may hold bits that nobody reads.
    const at = sealed.name.length - 4
    const other = sealed.name[at] === 'A' ? 'B' : 'A'
    const broken = { ...sealed, name: `${sealed.name.slice(0, at)}${other}${sealed.name.slice(at + 1)}` }
    for (const wrong of [moved, broken]) {
      await expect(vault.reveal(personSchema, wrong)).rejects.toMatchObject({
        name: 'TerminalError',
        code: 'DESERIALIZATION_FAILED',
      })
    }
  })

  test('any text comes back as it was (property)', async () => {
    const vault = vaultOver(memoryKeyStore())
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.uint8Array(), async (name, photo) => {
        const person = { ...bob, name, photo: Buffer.from(photo) }
        expect(await vault.reveal(personSchema, await vault.conceal(personSchema, person))).toEqual(person)
      }),
      { numRuns: 200 },
    )
  })
})

test('what is redacted fits the schema: in lists that may be null, and where unions are wrapped', async () => {
  const orNull = (type: unknown) => ['null', type]
  const text = JSON.stringify({
    type: 'record',
    name: 'Rec',
    fields: [
      { name: 'who', type: 'string', 'millrace.subject': true },
      { name: 'list', type: orNull({ type: 'array', items: 'string' }), ...pii },
      { name: 'gaps', type: { type: 'array', items: orNull('string') }, ...pii },
      { name: 'either', type: orNull('string'), ...pii },
    ],
  })
  const vault = vaultOver(memoryKeyStore())
  const plain = { who: 'ann', list: ['a'], gaps: ['b', null], either: 'c' }
  const wrapped = { who: 'ann', list: { array: ['a'] }, gaps: [{ string: 'b' }, null], either: { string: 'c' } }
  for (const [value, unions, redacted] of [
    [plain, 'plain', { who: 'ann', list: ['[redacted]'], gaps: [null, null], either: null }],
    [wrapped, 'wrapped', { who: 'ann', list: { array: ['[redacted]'] }, gaps: [null, null], either: null }],
  ] as const) {
    const schema = avroSchema<unknown>(text, { unions })
    const sealed = await vault.conceal(schema, value)
    expect(await vault.reveal(schema, sealed)).toEqual(value)
    await vault.forget('ann')
    expect(await vault.reveal(schema, sealed)).toEqual(redacted)
    const serde = avro(schema).open({ topic: 't', role: 'value', registry: inMemoryRegistry() })
    expect(serde.decode(serde.encode(redacted))).toEqual(redacted)
    expect(serde.decode(serde.encode(sealed))).toEqual(sealed)
  }
})

describe('rotating the key-encryption key', () => {
  test('wraps all data keys anew, after which the old key is not needed', async () => {
    const store = memoryKeyStore()
    const sealed = await vaultOver(store).conceal(personSchema, ann)
    const both = localKeyEncryption([kek('two'), kek('one')])
    expect(await vaultOver(store, both).rewrap()).toBe(2)
    expect(await vaultOver(store, both).rewrap()).toBe(0)
    expect(await vaultOver(store, localKeyEncryption([kek('two')])).reveal(personSchema, sealed)).toEqual(ann)
  })

  test('without the key that wraps it, a data key is not taken for forgotten', async () => {
    const store = memoryKeyStore()
    const sealed = await vaultOver(store).conceal(personSchema, ann)
    const other = vaultOver(store, localKeyEncryption([kek('two')]))
    await expect(other.reveal(personSchema, sealed)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    const sameName = vaultOver(store, localKeyEncryption([kek('one', 'x')]))
    await expect(sameName.reveal(personSchema, sealed)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('keys come from a text, the current one first', () => {
    const text = `b:${Buffer.alloc(32, 1).toString('base64')}, a:${Buffer.alloc(32, 2).toString('base64')}\n`
    expect(keyEncryptionFromText(text, 'KEYS').current).toBe('b')
    for (const wrong of ['', 'nonsense', 'a:AAAA', `a:${Buffer.alloc(32).toString('base64')}`.repeat(2)]) {
      expect(() => keyEncryptionFromText(wrong, 'KEYS')).toThrow(/^KEYS/)
    }
  })
})

/** Wraps and unwraps by promise, as a service does, and may be out. */
function kms(): KeyEncryption & { out: boolean } {
  const service = {
    current: 'kms-1',
    out: false,
    wrap: async (key: Buffer, context: string) => {
      if (service.out) throw new OutageError('KEYS_UNAVAILABLE', 'the KMS is out')
      return encryption.wrap(key, context)
    },
    unwrap: async (_kek: string, wrapped: Buffer, context: string) => encryption.unwrap('one', wrapped, context),
  }
  return service
}

describe('a serde of a schema with personal fields', () => {
  const registry = inMemoryRegistry()
  const where = (personalKeys?: SerdeContext['personalKeys']): SerdeContext => ({
    topic: 'people',
    role: 'value',
    registry,
    ...(personalKeys && { personalKeys }),
  })

  test('writes nothing personal in the clear, and reads it sealed', () => {
    const vault = vaultOver(memoryKeyStore())
    const serde = avro(personSchema).open(where(vault))
    const bytes = serde.encode(ann)!
    expect(bytes.includes('Plaintext')).toBe(false)
    const read = serde.decode(bytes)
    expect(read).toMatchObject({ id: 'ann', friend: { id: 'bob' } })
    expect(isSealed(read.name)).toBe(true)
    // What was read goes out as it came in, keys or no keys.
    expect(avro(personSchema).open(where()).encode(read)).toEqual(bytes)
  })

  test('without keys it refuses what is not sealed, and says where it stands without saying what it is', () => {
    const encode = () => avro(personSchema).open(where()).encode(ann)
    expect(encode).toThrow(expect.objectContaining({ name: 'TerminalError', code: 'SERIALIZATION_FAILED' }))
    expect(encode).toThrow('people (value): test.Person.name is personal and not sealed')
    expect(encode).not.toThrow('Plaintext')
  })

  test('reads open where it is asked to, with the keys fetched for the batch', async () => {
    const store = memoryKeyStore()
    const vault = vaultOver(store)
    const bytes = avro(personSchema).open(where(vault)).encode(ann)
    await vault.flush()
    // A store that answers nothing at once, as one on the network.
    const elsewhere = vaultOver({ ...store, known: () => [] })
    const serde = avro(personSchema, { personal: 'open' }).open(where(elsewhere))
    expect(() => serde.decode(bytes)).toThrow(
      expect.objectContaining({ name: 'OutageError', code: 'KEYS_UNAVAILABLE' }),
    )
    await serde.prepare?.([null, bytes])
    expect(serde.decode(bytes)).toEqual(ann)
    expect(serde.prepare?.([bytes])).toBeUndefined()
    await elsewhere.forget('ann')
    expect(serde.decode(bytes)).toEqual({ ...annForgotten, friend: bob })
  })

  test('does not seal what stands in the place of something forgotten', async () => {
    const store = memoryKeyStore()
    const vault = vaultOver(store)
    const serde = avro(personSchema, { personal: 'open' }).open(where(vault))
    serde.encode({ ...annForgotten, friend: null })
    expect(vault.flush()).toBeUndefined()
  })

  test('a key made on the way is kept by flush, also after a service was out', async () => {
    const store = memoryKeyStore()
    const service = kms()
    const vault = vaultOver(store, service)
    const serde = avro(personSchema).open(where(vault))
    const bytes = serde.encode(bob)
    expect(await store.all()).toEqual([])
    service.out = true
    await expect(vault.flush()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    service.out = false
    await vault.flush()
    expect(await store.all()).toEqual([expect.objectContaining({ subject: 'bob', kek: 'kms-1' })])
    const reader = avro(personSchema, { personal: 'open' }).open(where(vaultOver(store, kms())))
    await reader.prepare?.([bytes])
    expect(reader.decode(bytes)).toEqual(bob)
  })

  test('a record that does not say whose data it holds is refused', () => {
    const serde = avro(personSchema).open(where(vaultOver(memoryKeyStore())))
    expect(() => serde.encode({ ...ann, id: '' })).toThrow('the record does not say whose it is')
  })
})

describe('a schema is refused', () => {
  const schema = (...fields: readonly object[]) => JSON.stringify({ type: 'record', name: 'Rec', fields })
  const subject = { name: 'who', type: 'string', 'millrace.subject': true }
  const uuid = { type: 'string', logicalType: 'uuid' }

  test.each<[string, string, string]>([
    ['that says nobody is the subject', schema({ name: 'a', type: 'string', ...pii }), 'Rec.a is personal, but nobody'],
    ['that tags a number', schema(subject, { name: 'a', type: 'int', ...pii }), 'Rec.a is tagged PII, but is int'],
    ['that tags a UUID', schema(subject, { name: 'a', type: uuid, ...pii }), 'but is string with uuid'],
    ['that tags what may be a number', schema(subject, { name: 'a', type: ['string', 'int'], ...pii }), 'but is int'],
    ['that tags the subject', schema({ ...subject, ...pii }), 'must be a string, and not be tagged'],
    [
      'whose subject is no text',
      schema({ ...subject, type: 'long' }, { name: 'a', type: 'string', ...pii }),
      'must be a string',
    ],
    [
      'with two subjects',
      schema(subject, { ...subject, name: 'whom' }, { name: 'a', type: 'string', ...pii }),
      'Rec has two subjects: who,whom',
    ],
    [
      'whose redacted value does not fit',
      schema(subject, { name: 'a', type: 'string', ...pii, 'millrace.redacted': null }),
      'millrace.redacted of Rec.a must be a text, but is null',
    ],
  ])('%s', (_, text, message) => {
    expect(() => avro(text)).toThrow(message)
    expect(() => avro(text)).toThrow(expect.objectContaining({ name: 'TerminalError', code: 'SCHEMA_INVALID' }))
  })

  test('and taken with the subject named by an option', () => {
    const text = schema({ name: 'who', type: 'string' }, { name: 'a', type: 'string', ...pii })
    expect(() => avro(text, { subjectField: 'who' })).not.toThrow()
  })
})
