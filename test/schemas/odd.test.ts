/** What the code generation makes of odd schemas: it is fresh, it compiles, and its serdes round-trip what its types allow. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { avro, checkGenerated, inMemoryRegistry, type Serde, type SerdeType } from 'millrace'
import { arbitraryOf, parsed } from './arbitrary'
import { type Longs, longsSerde, newLongs } from './bigint/generated/longs'
import { folders } from './folders'
import { type Defaults, type DefaultsInput, defaultsSerde, newDefaults } from './plain/generated/defaults'
import { type Invoice, newInvoice } from './plain/generated/invoice'
import type { Logical } from './plain/generated/logical'
import type { Money } from './plain/generated/money'
import type { Circle, ShapeEvent, Square } from './plain/generated/shape-event'
import type { Tree } from './plain/generated/tree'
import type { Alike, Left, Right } from './wrapped/generated/alike'

const context = () => ({ topic: 'odd', role: 'value', registry: inMemoryRegistry() }) as const

const serdesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const module = jest.requireActual<Record<string, unknown>>(join(folder, name))
      const found = (suffix: string) => Object.entries(module).find(([key]) => key.endsWith(suffix))![1]
      return {
        name: basename(name, '.ts'),
        serde: found('Serde') as Serde<unknown>,
        text: (found('Schema') as { readonly text: string }).text,
      }
    })

describe.each(folders)('the odd schemas in $from', (options) => {
  test('have fresh types; if not: npx tsx --conditions=source test/schemas/generate.ts', () => {
    const { stale, orphaned } = checkGenerated(options)
    expect({ stale, orphaned }).toEqual({ stale: [], orphaned: [] })
  })

  test.each(serdesIn(options.to).map((one) => [one.name, one] as const))(
    '%s: random values come back as they were',
    (_, { serde, text }) => {
      const opened = serde.open(context())
      fc.assert(
        fc.property(arbitraryOf(parsed(text), options), (value) =>
          expect(opened.decode(opened.encode(value))).toStrictEqual(value),
        ),
        { numRuns: 1_000 },
      )
    },
  )
})

describe('the defaults of a schema', () => {
  test('are those that Avro puts in, where a writer did not know the field', () => {
    const registry = inMemoryRegistry()
    const place = { topic: 'odd', role: 'value', registry } as const
    const only = JSON.stringify({
      type: 'record',
      name: 'Defaults',
      namespace: 'odd',
      fields: [{ name: 'required', type: 'string' }],
    })
    const bytes = avro<{ required: string }>(only).open(place).encode({ required: 'x' })
    expect(defaultsSerde.open(place).decode(bytes)).toEqual(newDefaults({ required: 'x' }))
  })

  test('stand back behind what is given, and not behind undefined', () => {
    const given: DefaultsInput = { required: 'x', text: 'given', colour: undefined }
    expect(newDefaults(given)).toMatchObject({ text: 'given', colour: 'light', none: null })
    const at = new Date(0)
    const longs = newLongs({ all: 1n, some: [], at, micros: 2n, nanos: 3n, small: 4 })
    expect(longs).toMatchObject({ maybe: null, count: 9_007_199_254_740_991n })
  })
})

test('a long beyond 2^53 is exact as a bigint', () => {
  const serde = longsSerde.open(context())
  const longs = newLongs({
    all: 2n ** 63n - 1n,
    some: [-(2n ** 63n)],
    at: new Date(7),
    micros: 1n,
    nanos: 1n,
    small: 1,
  })
  expect(serde.decode(serde.encode(longs))).toEqual(longs)
})

test('a long beyond 2^53 as a number is an error, never another number', () => {
  const text = JSON.stringify({ type: 'record', name: 'L', fields: [{ name: 'l', type: 'long' }] })
  const place = context()
  const bytes = avro<{ l: bigint }>(text, { long: 'bigint' })
    .open(place)
    .encode({ l: 2n ** 53n + 1n })
  expect(() => avro<{ l: number }>(text).open(place).decode(bytes)).toThrow(
    expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }),
  )
})

test('the same schemas give the same text', () => {
  const [plain] = folders
  const text = readFileSync(join(plain!.to, 'invoice.ts'), 'utf8')
  expect(text).toContain("import type { Currency, Money } from './money'")
  expect(text).not.toContain('interface Money')
})

/** Proven by the compiler: `npm run typecheck`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

test('the types are exact', () => {
  const proofs: readonly true[] = [
    true satisfies Same<Extract<ShapeEvent, { kind: 'Circle' }>, Circle>,
    true satisfies Same<ShapeEvent['kind'], 'Circle' | 'Square' | 'Nothing'>,
    true satisfies Same<Square['colour'], 'red' | 'green' | 'blue'>,
    true satisfies Same<Tree['left'], Tree | null>,
    true satisfies Same<Tree['byName'], { readonly [key: string]: Tree }>,
    true satisfies Same<Invoice['total'], Money>,
    true satisfies Same<Logical['span'], { readonly months: number; readonly days: number; readonly millis: number }>,
    true satisfies Same<Logical['atNanos'], bigint>,
    true satisfies Same<Logical['unknown'], string>,
    true satisfies Same<Longs['at'], Date>,
    true satisfies Same<Longs['maybe'], bigint | null>,
    true satisfies Same<Alike['either'], { readonly 'odd.Left': Left } | { readonly 'odd.Right': Right } | null>,
    true satisfies Same<SerdeType<typeof defaultsSerde>, Defaults>,
  ]
  expect(proofs).not.toContain(false)
  // @ts-expect-error A shape says what it is.
  const shape: ShapeEvent = { kind: 'Circle', side: 1 }
  // @ts-expect-error What has no default must be given.
  const invoice = () => newInvoice({ lines: [], currency: 'EUR' })
  // @ts-expect-error A value is not changed.
  const change = (tree: Tree) => tree.children.push(tree)
  expect([shape, invoice, change]).toHaveLength(3)
})
