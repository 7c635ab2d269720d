/**
 * How our Avro compares with plain avsc on the same bytes. `npx tsx --conditions=source streams/bench/avro.ts [schema file]`
 *
 * The default is the platform's order events, all kinds of them in turn. avsc decodes to what it has by itself (Buffers for
 * decimals, unions wrapped, no bounds); ours to what an application gets. Rounds of both alternate, since the machine is
 * not ours alone, and the fastest round of each counts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'avsc'
import { parseAvro } from '../registry/avro/parse'
import { inMemoryRegistry } from '../registry/in-memory'
import { avro } from '../serdes/avro/avro'
import { avroCodec, newSink, take } from '../serdes/avro/codec'
import { sampleValues } from './avro-values'

const COUNT = 1_000
const ROUNDS = 300
const HEADER = 5

const file = process.argv[2] ?? join(__dirname, '../../schemas/order-event.avsc')
// What is sealed is no longer the same bytes.
const text = readFileSync(file, 'utf8').replaceAll('confluent:tags', 'tags')
const type = parseAvro(text)
const codec = avroCodec<unknown>(type)
const decode = codec.decoder()
const sink = newSink()
const serde = avro<unknown>(text).open({ topic: 'bench', role: 'value', registry: inMemoryRegistry() })
const plain = Type.forSchema(JSON.parse(text), { wrapUnions: true })

const values = sampleValues(type, COUNT)
const framed = values.map((value) => Buffer.from(serde.encode(value)!))
const bytes = framed.map((one) => Buffer.from(one.subarray(HEADER)))
const avscValues = bytes.map((one) => plain.fromBuffer(one))

for (const [index, value] of avscValues.entries()) {
  if (!plain.toBuffer(value).equals(bytes[index]!)) throw new Error('the two do not write the same bytes')
}

const size = Math.round(bytes.reduce((sum, one) => sum + one.length, 0) / COUNT)
console.log(`${file}: ${COUNT} values of ${size} bytes on average`)
report('decode', {
  avsc: () => each(bytes, (one) => plain.fromBuffer(one)),
  codec: () => each(bytes, (one) => decode(one)),
  serde: () => each(framed, (one) => serde.decode(one)),
})
report('encode', {
  avsc: () => each(avscValues, (value) => plain.toBuffer(value)),
  codec: () =>
    each(values, (value) => {
      codec.encode(value, sink)
      return take(sink)
    }),
  serde: () => each(values, (value) => serde.encode(value)),
})

type Contenders = Readonly<Record<'avsc' | 'codec' | 'serde', () => unknown>>

function report(what: string, contenders: Contenders): void {
  const best = { avsc: Number.POSITIVE_INFINITY, codec: Number.POSITIVE_INFINITY, serde: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['avsc', 'codec', 'serde'] as const) best[name] = Math.min(best[name], timed(contenders[name]))
  }
  const line = (name: 'codec' | 'serde') =>
    `${name} ${best[name].toFixed(0)} ns (${(best[name] / best.avsc).toFixed(2)} of avsc)`
  console.log(`${what}: avsc ${best.avsc.toFixed(0)} ns, ${line('codec')}, ${line('serde')}`)
}

/** Nanoseconds for one value. */
function timed(work: () => unknown): number {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / COUNT
}

/** Something depends on every result, so that none is left out. */
function each<T>(items: readonly T[], work: (item: T) => unknown): number {
  let made = 0
  for (const item of items) if (work(item) !== undefined) made += 1
  return made
}
