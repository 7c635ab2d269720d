import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { avro, avroSchema } from 'millrace'
import { contracts } from './contracts'
import { expectedOf, goldenRegistry, goldenVault, readAll, versionsOf } from './corpus'

const mend = 'run `npm run schemas:golden`, look at what it changes, and commit it'

const released = join(__dirname, '..', '..', 'schemas', 'released')
const releasedOf = (topic: string) =>
  readdirSync(released)
    .filter((file) => file.startsWith(`${topic.replace(/s$/, '')}.v`))
    .map((file) => ({ file, text: readFileSync(join(released, file), 'utf8') }))

describe.each(contracts.map((contract) => [contract.topic.name, contract] as const))(
  'what was ever written to %s',
  (name, contract) => {
    const versions = versionsOf(name)

    test('has a version for the present schema', () => {
      const present = JSON.stringify(JSON.parse(contract.schema))
      const known = versions.some(({ schema }) => JSON.stringify(schema) === present)
      expect(known ? '' : `${name} has no golden version for its present schema: ${mend}`).toBe('')
    })

    test('has a version for every released schema', () => {
      const known = versions.map(({ schema }) => JSON.stringify(schema))
      const missing = releasedOf(name).filter(({ text }) => !known.includes(JSON.stringify(JSON.parse(text))))
      expect(missing.map(({ file }) => file)).toEqual([])
    })

    test('is read as it was found right before', () => {
      expect(readAll(contract)).toEqual(expectedOf(name))
    })

    test.each(versions.map((version) => [version.version, version] as const))(
      'is read by its own schema as it was written: version %d',
      async (_, { schema, records, keys = [] }) => {
        const context = { topic: name, role: 'value' as const, registry: goldenRegistry(versions) }
        const serde = avro(JSON.stringify(schema)).open(context)
        const { vault } = goldenVault(keys)
        for (const { wire, written, open = written } of records) {
          const bytes = Buffer.from(wire, 'base64')
          expect(serde.decode(bytes)).toEqual(written)
          // And written again as it was, byte for byte.
          expect(serde.encode(written)).toEqual(bytes)
          expect(await vault.reveal(avroSchema<unknown>(JSON.stringify(schema)), written)).toEqual(open)
        }
      },
    )
  },
)
