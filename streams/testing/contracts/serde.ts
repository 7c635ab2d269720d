import fc from 'fast-check'
import { inMemoryRegistry } from '../../registry/in-memory'
import type { OpenSerde, Serde, SerdeContext } from '../../serdes/serde'

export interface SerdeSubject<T> {
  readonly serde: Serde<T>
  /** All that the serde takes, null left out. */
  readonly values: fc.Arbitrary<T>
  /** Bytes that are none of its values, by what is wrong with them. */
  readonly foreign: Readonly<Record<string, Buffer>>
  /** Values that the types let through and the serde refuses, by what is wrong with them. */
  readonly refused: Readonly<Record<string, unknown>>
  /** Where the serde is opened. Default: the values of a topic, with an in-memory registry. */
  context?(): SerdeContext
}

/**
 * The suite that every serde passes.
 * @example
 * serdeContract('string', { serde: string, values: fc.string(), foreign: { 'no UTF-8': Buffer.of(0xff) }, refused: {} })
 */
export function serdeContract<T>(name: string, subject: SerdeSubject<T>): void {
  const { serde, values, foreign, refused } = subject
  const context = () => subject.context?.() ?? { topic: 'contract', role: 'value', registry: inMemoryRegistry() }
  const open = async (where: SerdeContext = context()): Promise<OpenSerde<T>> => {
    const opened = serde.open(where)
    await opened.ready
    return opened
  }

  describe(`the contract of serdes: ${name}`, () => {
    test('is a frozen value with a name', () => {
      expect(Object.isFrozen(serde)).toBe(true)
      expect(serde.name).toMatch(/./)
    })

    test('decodes what it encoded', async () => {
      const opened = await open()
      fc.assert(
        fc.property(values, (value) => {
          expect(opened.decode(opened.encode(value))).toEqual(value)
        }),
      )
    })

    test('another opening in the same place reads and writes the same bytes', async () => {
      const where = context()
      const [one, other] = [await open(where), await open(where)]
      const sample = fc.sample(values, 20)
      const bytes = sample.map((value) => one.encode(value))
      await other.prepare?.(bytes)
      expect(bytes.map((item) => other.decode(item))).toEqual(sample)
      expect(sample.map((value) => other.encode(value))).toEqual(bytes)
    })

    test('bytes that were handed out do not change with later ones', async () => {
      const opened = await open()
      const sample = fc.sample(values, 20)
      const bytes = sample.map((value) => opened.encode(value))
      const copies = bytes.map((item) => item && Buffer.from(item))
      for (const value of sample.toReversed()) opened.encode(value)
      expect(bytes).toEqual(copies)
    })

    test('what was decoded does not change with the bytes it came from', async () => {
      const opened = await open()
      for (const value of fc.sample(values, 20)) {
        const bytes = Buffer.from(opened.encode(value) ?? [])
        const decoded = opened.decode(bytes)
        bytes.fill(0x55)
        expect(decoded).toEqual(value)
      }
    })

    test('any bytes are a value or a refusal, nothing else', async () => {
      const opened = await open()
      fc.assert(fc.property(fc.uint8Array(), (bytes) => expectValueOrFailure(opened, Buffer.from(bytes))))
    })

    test('a value cut short or changed is a value or a refusal, nothing else', async () => {
      const opened = await open()
      const damage = fc.record({
        value: values,
        cut: fc.nat(),
        place: fc.nat(),
        byte: fc.integer({ min: 0, max: 255 }),
      })
      fc.assert(
        fc.property(damage, ({ value, cut, place, byte }) => {
          const bytes = Buffer.from(opened.encode(value) ?? [])
          if (bytes.length === 0) return
          expectValueOrFailure(opened, bytes.subarray(0, cut % bytes.length))
          // Of a schema id one cannot say what it means when it is changed.
          const offset = bytes[0] === 0 && bytes.length > 5 ? 5 : 0
          bytes[offset + (place % (bytes.length - offset))] = byte
          expectValueOrFailure(opened, bytes)
        }),
      )
    })

    for (const [what, bytes] of Object.entries(foreign)) {
      test(`refuses foreign bytes: ${what}`, async () => {
        const opened = await open()
        await opened.prepare?.([bytes])
        expect(() => opened.decode(bytes)).toThrow(
          expect.objectContaining({ name: 'TerminalError', code: expect.stringMatching(refusal) }),
        )
      })
    }

    for (const [what, value] of Object.entries(refused)) {
      test(`refuses to write ${what}`, async () => {
        const opened = await open()
        expect(() => opened.encode(value as T)).toThrow(
          expect.objectContaining({ name: 'TerminalError', code: 'SERIALIZATION_FAILED' }),
        )
      })
    }

    test('errors name the topic', async () => {
      const where = context()
      const opened = await open(where)
      for (const bytes of Object.values(foreign)) {
        expect(() => opened.decode(bytes)).toThrow(new RegExp(`^${where.topic} \\(${where.role}\\): `))
      }
    })

    if (serde.nullable) {
      test('null is null on the wire', async () => {
        const opened = await open()
        expect(opened.encode(null as T)).toBeNull()
        expect(opened.decode(null)).toBeNull()
      })
    } else {
      test('null is an error that says what to do', async () => {
        const opened = await open()
        const mend = 'null value; wrap the serde in nullable() if the topic carries tombstones'
        expect(() => opened.decode(null)).toThrow(mend)
        expect(() => opened.decode(null)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
        expect(() => opened.encode(null as T)).toThrow(mend)
        expect(() => opened.encode(undefined as T)).toThrow(expect.objectContaining({ code: 'SERIALIZATION_FAILED' }))
      })
    }
  })
}

/** What a serde says of bytes that are none of its own. */
const refusal = /^(DESERIALIZATION_FAILED|PAYLOAD_MALFORMED|PAYLOAD_TOO_LARGE|SCHEMA_UNKNOWN)$/

function expectValueOrFailure<T>(opened: OpenSerde<T>, bytes: Buffer): void {
  try {
    opened.decode(bytes)
  } catch (error) {
    expect(error).toMatchObject({ name: 'TerminalError' })
    expect((error as { readonly code: string }).code).toMatch(refusal)
  }
}
