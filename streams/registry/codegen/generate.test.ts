import { generateTypes } from './generate'

const file = (name: string, schema: unknown) => ({ name, text: JSON.stringify(schema, undefined, 2) })
const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more })

/** The type of a field, as it is written in its interface. */
const typeOf = (schema: unknown) =>
  /readonly f: (.*)/.exec(generateTypes([file('r.avsc', record('Rec', field('f', schema)))]))?.[1]

describe('the TypeScript of a schema', () => {
  test.each<[unknown, string]>([
    ['null', 'null'],
    ['boolean', 'boolean'],
    ['int', 'number'],
    ['long', 'number'],
    ['float', 'number'],
    ['double', 'number'],
    ['string', 'string'],
    ['bytes', 'Buffer'],
    [{ type: 'fixed', name: 'F', size: 2 }, 'Buffer'],
    [logical('bytes', 'decimal', { precision: 4, scale: 2 }), 'string'],
    [logical('fixed', 'decimal', { name: 'F', size: 4, precision: 4 }), 'string'],
    [logical('bytes', 'decimal'), 'Buffer'],
    [logical('string', 'uuid'), 'string'],
    [logical('fixed', 'uuid', { name: 'F', size: 16 }), 'string'],
    [logical('int', 'date'), 'string'],
    [logical('long', 'timestamp-millis'), 'number'],
    [{ type: 'enum', name: 'E', symbols: ['ONLY'] }, "'ONLY'"],
    [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'E'],
    [{ type: 'array', items: 'int' }, 'readonly number[]'],
    [{ type: 'array', items: ['null', 'string'] }, 'readonly (string | null)[]'],
    [{ type: 'array', items: { type: 'array', items: 'int' } }, 'readonly (readonly number[])[]'],
    [{ type: 'array', items: { type: 'map', values: 'int' } }, 'readonly { readonly [key: string]: number }[]'],
    [{ type: 'map', values: ['null', 'int'] }, '{ readonly [key: string]: number | null }'],
    [['null', { type: 'array', items: 'int' }], '(readonly number[]) | null'],
    [['null', 'int', 'long', 'double'], 'number | null'],
    [['null', record('One'), record('Two')], 'One | Two | null'],
    ['Rec', 'Rec'],
    [['null', 'Rec'], 'Rec | null'],
  ])('%j is %s', (schema, expected) => {
    expect(typeOf(schema)).toBe(expected)
  })

  test('refers to the types of other files, and registers a text that stands for itself', () => {
    const money = { ...record('Money', field('cents', 'long')), namespace: 'shop' }
    const order = { ...record('Order', field('total', 'Money'), field('tips', 'shop.Money')), namespace: 'shop' }
    const files = [file('order.avsc', order), file('money.avsc', money)]
    const module = generateTypes([files[0]!], { others: files })
    expect(module).toContain("import type { Money } from './money'")
    expect(module).not.toContain('interface Money')
    expect(module).toContain('readonly total: Money\n  readonly tips: Money')
    const literal = /avroSchema<Order>\(\n {2}(.*),\n\)/s.exec(module)?.[1]
    const whole = JSON.parse(new Function(`return ${literal}`)())
    expect(whole.fields.map((one: { type: unknown }) => one.type)).toEqual([
      { ...money, name: 'Money', namespace: 'shop' },
      'shop.Money',
    ])
  })

  test('has a name for every type, whatever the order in which they come', () => {
    const types = ['a.R', 'b.R', 'c.b.R', 'ns.object', 'Date'].map((name) => ({ type: 'record', name, fields: [] }))
    const names = (of: readonly unknown[]) =>
      [...generateTypes([file('all.avsc', of)]).matchAll(/export interface (\w+)/g)].map(([, name]) => name).sort()
    const expected = ['AR', 'BR', 'CBR', 'Date_', 'object_']
    expect(names(types)).toEqual(expected.sort())
    expect(names([...types].reverse())).toEqual(expected)
  })

  test.each([
    ['a type of another file', [file('item.avsc', ['null', record('Other')]), file('b.avsc', record('Item'))]],
    ['a type inside it', [file('item.avsc', ['null', record('Item')])]],
  ])('a file that is called as %s leaves the name to it', (_, files) => {
    const module = generateTypes(files)
    expect(module).toContain('export interface Item {')
    expect(module).toContain('export type ItemValue = ')
    expect(module).toContain('export const itemSchema = avroSchema<ItemValue>(')
  })

  test('what has a default may be left out of the input', () => {
    const schema = record(
      'Parcel',
      field('id', 'string'),
      field('note', ['null', 'string'], { default: null }),
      field('price', logical('bytes', 'decimal', { precision: 6, scale: 2 }), { default: '\u0001\u0000' }),
      field('tags', { type: 'map', values: 'int' }, { default: { "it's": 1, __proto_: 2 } }),
      field('due', logical('int', 'date'), { default: 19_753 }),
      field('span', logical('fixed', 'duration', { name: 'D', size: 12 }), { default: `\u0001${'\u0000'.repeat(11)}` }),
      field('size', { type: 'enum', name: 'Size', symbols: ['S', 'L'] }, { default: 'L' }),
      field('weight', 'double', { default: 'NaN' }),
      field('seen', 'long', { default: 7 }),
      field('box', record('Box', field('w', 'int', { default: 2 }), field('raw', 'bytes')), { default: { raw: '' } }),
    )
    const module = generateTypes([file('parcel.avsc', schema)], { long: 'bigint' })
    expect(module).toContain(
      "export type ParcelInput = WithDefaults<Parcel, 'note' | 'price' | 'tags' | 'due' | 'span' | 'size' | 'weight' | 'seen' | 'box'>",
    )
    expect(module).toContain(
      "({ note: null, price: '2.56', tags: { 'it\\'s': 1, __proto_: 2 }, due: '2024-01-31', " +
        "span: { months: 1, days: 0, millis: 0 }, size: 'L', weight: Number.NaN, seen: 7n, " +
        'box: { w: 2, raw: Buffer.alloc(0) } }, input)',
    )
    expect(module).toContain('export function newBox(input: BoxInput): Box {')
  })

  test('aliases and what is personal are said in the comments', () => {
    const email = field('email', 'string', { doc: 'Where', aliases: ['mail'], 'confluent:tags': ['PII'] })
    expect(generateTypes([file('r.avsc', record('Rec', email))])).toContain(
      '/** Where. Formerly `mail`. Personal: sealed wherever it is kept. */',
    )
  })

  test.each<[object, unknown, string]>([
    [{ long: 'bigint' }, 'long', 'bigint'],
    [{ long: 'bigint' }, logical('long', 'timestamp-millis'), 'number'],
    [{ logical: { 'timestamp-millis': 'date' } }, logical('long', 'timestamp-millis'), 'Date'],
    [
      { unions: 'wrapped' },
      ['null', 'string', record('One')],
      '{ readonly string: string } | { readonly One: One } | null',
    ],
  ])('with %j, %j is %s', (options, type, expected) => {
    const module = generateTypes([file('r.avsc', record('Rec', field('f', type)))], options)
    expect(/readonly f: (.*)/.exec(module)?.[1]).toBe(expected)
    expect(module).toContain(`\n  ${JSON.stringify(options)},\n)`)
  })

  test('a module: parts before what is made of them, docs, a union told apart by its literals, the schema as text', () => {
    const money = logical('bytes', 'decimal', { precision: 12, scale: 2 })
    const opened = {
      ...record(
        'Opened',
        field('type', { type: 'enum', name: 'OpenedType', symbols: ['Opened'] }),
        field('total', money, { doc: 'With fees' }),
        field('size', { type: 'enum', name: 'Size', symbols: ['S', 'L'], doc: 'How large.' }),
      ),
      namespace: 'shop',
      doc: 'First line.\nSecond */ line.',
    }
    const closed = {
      ...record(
        'Closed',
        field('type', { type: 'enum', name: 'ClosedType', symbols: ['Closed'] }),
        field('size', 'Size'),
      ),
      namespace: 'shop',
    }
    expect(generateTypes([file('schemas/shop-event.avsc', [opened, closed])])).toBe(`\
// Generated from shop-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

/** How large. */
export type Size = 'S' | 'L'

/**
 * First line.
 * Second * / line.
 */
export interface Opened {
  readonly type: 'Opened'
  /** With fees. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly total: string
  readonly size: Size
}

export interface Closed {
  readonly type: 'Closed'
  readonly size: Size
}

export type ShopEvent = Opened | Closed

/** The text of shop-event.avsc, as it is registered. */
export const shopEventSchema = avroSchema<ShopEvent>(
  '${JSON.stringify([opened, closed]).replaceAll('\\', '\\\\')}',
)

export const shopEventSerde = avro(shopEventSchema)
`)
  })

  test('comments in a schema are read over, and not registered', () => {
    const text =
      '{ // so\n "type": "record", /* and "so" */ "name": "Note", "fields": [{"name": "url", "type": "string", "default": "http://x/*"}] }'
    const module = generateTypes([{ name: 'note.avsc', text }])
    expect(module).toContain('export interface Note {')
    expect(module).toContain(
      '\'{"type":"record","name":"Note","fields":[{"name":"url","type":"string","default":"http://x/*"}]}\'',
    )
  })

  test('a file that is called as its record needs no other name', () => {
    const module = generateTypes([file('order.avsc', record('Order'))])
    expect(module).toContain('export interface Order {')
    expect(module).not.toContain('export type Order')
    expect(module).toContain('export const orderSchema = avroSchema<Order>(')
  })

  test('quotes and backslashes in docs stay what they are', () => {
    const schema = { ...record('Quoted'), doc: `it's a "\\" \u2028` }
    const module = generateTypes([file('quoted.avsc', schema)])
    const literal = /avroSchema<Quoted>\(\n {2}(.*),\n\)/s.exec(module)?.[1]
    expect(JSON.parse(new Function(`return ${literal}`)())).toEqual(schema)
  })

  test('several files make one module, with what they share once', () => {
    const item = record('Item')
    const module = generateTypes([
      file('a.avsc', record('A', field('i', item))),
      file('b.avsc', record('B', field('i', item))),
    ])
    expect(module.match(/interface Item/g)).toHaveLength(1)
    expect(module).toContain('// Generated from a.avsc, b.avsc.')
  })

  test.each<[string, readonly { readonly name: string; readonly text: string }[], string]>([
    ['what is no schema, by its file', [{ name: 'bad.avsc', text: '{' }], 'bad.avsc: the schema is not JSON'],
    [
      'one name for two types in two files',
      [file('x.avsc', record('R')), file('y.avsc', record('R', field('a', 'int')))],
      'y.avsc: R is declared twice, differently',
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => generateTypes(files)).toThrow(message)
    expect(() => generateTypes(files)).toThrow(
      expect.objectContaining({ name: 'TerminalError', code: 'SCHEMA_INVALID' }),
    )
  })
})
