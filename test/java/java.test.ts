/** The contracts of the platform, between our serdes and Apache Avro's Java library, both ways. */
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { avro, type Serde } from 'millrace'
import { contracts } from '../golden/contracts'
import { goldenRegistry, versionsOf } from '../golden/corpus'
import { arbitraryOf, parsed } from '../schemas/arbitrary'
import { avroJson } from './avro-json'
import { type JavaAvro, startJavaAvro } from './java-avro'

const HEADER = 5
const BUILD_MS = 300_000

const missing = ['java', 'javac', 'mvn'].filter((tool) => spawnSync(tool, ['-version']).status !== 0)

/** Skipped, and a line says so, where there is no Java with Maven; failed with REQUIRE_JAVA=1. */
function javaSuite(name: string, define: (java: () => JavaAvro) => void): void {
  if (missing.length > 0 && process.env.REQUIRE_JAVA === '1') {
    test(`${name} needs Java`, () => {
      throw new Error(`REQUIRE_JAVA=1, but there is no ${missing.join(', no ')}`)
    })
  } else if (missing.length > 0) {
    process.stderr.write(`\nNOT TESTED: ${name}: there is no ${missing.join(', no ')}\n`)
    describe.skip(name, () => test('needs Java with Maven', () => undefined))
  } else {
    describe(name, () => {
      let java: JavaAvro
      beforeAll(async () => {
        java = await startJavaAvro()
      }, BUILD_MS)
      afterAll(() => java?.close())
      define(() => java)
    })
  }
}

const opened = (topic: string, schema: string): ReturnType<Serde<unknown>['open']> =>
  avro<unknown>(schema).open({ topic, role: 'value', registry: goldenRegistry(versionsOf(topic)) })

javaSuite('what Apache Avro in Java reads and writes of our contracts', (java) => {
  describe.each(contracts.map(({ topic, schema }) => [topic.name, schema] as const))('%s', (name, schema) => {
    const type = parsed(schema)
    const values = arbitraryOf(type)
    const runs = { numRuns: 200, interruptAfterTimeLimit: 60_000 }

    test('Java reads what we write', async () => {
      const other = java()
      const serde = opened(name, schema)
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const bytes = serde.encode(value)!.subarray(HEADER)
          expect(await other.read(bytes, schema)).toEqual(avroJson(type, value))
        }),
        runs,
      )
    }, 120_000)

    test('we read what Java writes', async () => {
      const other = java()
      const serde = opened(name, schema)
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const ours = serde.encode(value)!
          const bytes = await other.write(avroJson(type, value), schema)
          expect(serde.decode(Buffer.concat([ours.subarray(0, HEADER), bytes]))).toEqual(value)
          expect(bytes).toEqual(ours.subarray(HEADER))
        }),
        runs,
      )
    }, 120_000)

    test('both read every older version alike', async () => {
      const other = java()
      const serde = opened(name, schema)
      for (const { schema: writer, records } of versionsOf(name)) {
        for (const { wire } of records) {
          const bytes = Buffer.from(wire, 'base64')
          const theirs = await other.read(bytes.subarray(HEADER), JSON.stringify(writer), schema)
          expect(theirs).toEqual(avroJson(type, serde.decode(bytes)))
        }
      }
    }, 120_000)
  })
})
