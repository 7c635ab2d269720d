import { inMemoryRegistry } from 'millrace'
import { avroCodec, commandSerde } from './codec'
import { malformed } from './malformed'
import { seeded } from './random'

const registry = inMemoryRegistry()
registry.setLevel('NONE')
const subject = 'commands-value'
const codec = avroCodec(registry, subject)
const corpus = malformed(registry, subject)
const serde = commandSerde('avro').open({ topic: 'commands', role: 'value', registry })

test('what the codec writes is read by the flow and by the verifier', async () => {
  await serde.ready
  for (const command of [
    { n: 0, group: 'group' },
    { n: 2 ** 40, group: '' },
    { n: 7, group: 'ü', refuse: true as const },
  ]) {
    const bytes = codec.encode(command)
    await serde.prepare?.([bytes])
    expect(codec.decode(bytes)).toEqual(command)
    expect(serde.decode(bytes)).toMatchObject(command)
  }
})

test('of the corpus neither reads a command, and nobody dies of it', async () => {
  expect(corpus.length).toBeGreaterThanOrEqual(200)
  await serde.ready
  await serde.prepare?.(corpus.map(({ bytes }) => bytes))
  for (const { bytes } of corpus) {
    expect(bytes === null ? undefined : codec.decode(bytes)).toBeUndefined()
    expect(() => serde.decode(bytes)).toThrow()
  }
})

test('garbage of the load is no command either', () => {
  const random = seeded(1)
  for (let n = 0; n < 500; n += 1) expect(codec.decode(codec.garbage(n, random))).toBeUndefined()
})
