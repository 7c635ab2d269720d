import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '../run-command'
import { registerSchemas } from '.'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, namespace: 'shop', fields })
const id = { name: 'id', type: 'string' }
const total = { name: 'total', type: 'long' }
const note = { name: 'note', type: 'string', default: '' }

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-schemas-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Indented, so that each field has lines of its own. */
function save(file: string, json: unknown): void {
  const path = join(directory, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof json === 'string' ? json : JSON.stringify(json, null, 1))
}

const schemas = (...args: string[]) => runCommand(registerSchemas, { directory, env: {} }, ['schemas', ...args])

const jsonOf = async (...args: string[]) => {
  const { out, error, code } = await schemas(...args, '--json')
  return { code, error, json: JSON.parse(out) }
}

const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.org', ...args], {
    cwd: directory,
    stdio: 'pipe',
  })

describe('validate', () => {
  const findings = async () => (await jsonOf('validate')).json.findings

  test('finds nothing in what is well', async () => {
    save('schemas/order.avsc', record('Order', id, { ...note, type: ['null', 'string'] }))
    expect(await schemas('validate')).toEqual({ out: 'all schemas are valid\n', error: '', code: 0 })
  })

  test.each<[string, unknown, object]>([
    ['what is no JSON', '{ "type": "record",\n "name": }', { line: 2, rule: 'JSON' }],
    ['a name', record('Or-der'), { line: 3, rule: 'NAME' }],
    [
      'the name of a field',
      record('Order', { name: '1st', type: 'int' }),
      { line: 6, field: 'Order.1st', rule: 'NAME' },
    ],
    ['a symbol', { type: 'enum', name: 'E', symbols: ['A', 'B-C'] }, { line: 6, field: 'E', rule: 'NAME' }],
    ['a namespace', { ...record('Order'), namespace: 'a..b' }, { line: 1, rule: 'NAME' }],
    ['a field twice', record('Order', id, id), { line: 10, field: 'Order.id', rule: 'DUPLICATE' }],
    ['a name that nobody defines', record('Order', id, { name: 'a', type: 'shop.Gone' }), { line: 12, rule: 'SCHEMA' }],
    ['a default', record('Order', id, { ...total, default: '1' }), { line: 10, field: 'Order.total', rule: 'DEFAULT' }],
  ])('finds %s', async (_, schema, expected) => {
    save('schemas/order.avsc', schema)
    const { code } = await schemas('validate')
    expect(code).toBe(1)
    expect(await findings()).toEqual([expect.objectContaining({ file: 'schemas/order.avsc', ...expected })])
  })

  test('finds every default that does not fit, in the file that it stands in', async () => {
    const wrong = { ...total, default: 'x' }
    save('schemas/line.avsc', record('Line', wrong, { ...note, default: 7 }))
    save('schemas/order.avsc', record('Order', { name: 'line', type: 'Line' }, { ...wrong, name: 'sum' }))
    expect((await findings()).map(({ file, field }: { file: string; field: string }) => `${file} ${field}`)).toEqual([
      'schemas/line.avsc Line.total',
      'schemas/line.avsc Line.note',
      'schemas/order.avsc Order.sum',
    ])
  })

  test('of one subject, whatever is in the files of others', async () => {
    save('schemas/order.avsc', record('Order', id))
    save('schemas/pre-order.avsc', record('Pre-Order', id))
    expect((await schemas('validate', '--subject', 'order')).code).toBe(0)
    expect((await schemas('validate', '--subject', 'pre-order')).code).toBe(1)
  })

  test('a type is defined in one file', async () => {
    save('schemas/a.avsc', record('Money', total))
    save('schemas/b.avsc', record('Money', id))
    expect(await findings()).toEqual([expect.objectContaining({ file: 'schemas/b.avsc', rule: 'DUPLICATE' })])
  })
})

describe('test-compatibility', () => {
  beforeEach(() => save('schemas/order.avsc', record('Order', id, total)))
  const versions = async () => (await jsonOf('test-compatibility', '--released')).json.checked[0].versions

  test('holds contracts against all that has been released, as their level wants it', async () => {
    save('schemas/schemas.json', { compatibility: 'FULL_TRANSITIVE' })
    await schemas('release')
    save('schemas/order.avsc', record('Order', id, total, note))
    await schemas('release')
    expect(await versions()).toBe(2)
    save('schemas/order.avsc', record('Order', id, { ...total, default: 0 }, note))
    expect((await schemas('test-compatibility')).code).toBe(0)
    save('schemas/order.avsc', record('Order', id, note))
    const { code, json } = await jsonOf('test-compatibility')
    expect(code).toBe(1)
    expect(json.checked[0].breaks).toEqual([
      expect.objectContaining({ breaks: 'FORWARD', against: 'released version 2', field: 'Order.total', line: 1 }),
      expect.objectContaining({ breaks: 'FORWARD', against: 'released version 1', field: 'Order.total', line: 1 }),
    ])
    expect((await schemas('test-compatibility', '--level', 'backward')).code).toBe(0)
  })

  test('releases nothing that may not follow', async () => {
    await schemas('release')
    save('schemas/order.avsc', record('Order', id, { ...total, type: 'string' }))
    const { code, out } = await schemas('release')
    expect(code).toBe(1)
    expect(out).toContain('schemas/order.avsc:10: Order.total: TYPE_MISMATCH')
    expect(existsSync(join(directory, 'schemas/released/order.v2.avsc'))).toBe(false)
  })

  test('says where in another file the change is', async () => {
    save('schemas/schemas.json', { subjects: { orders: 'order.avsc' } })
    save('schemas/money.avsc', record('Money', total))
    save('schemas/order.avsc', record('Order', id, { name: 'price', type: 'shop.Money' }))
    expect((await schemas('release')).code).toBe(0)
    save('schemas/money.avsc', record('Money', { ...total, type: 'string' }))
    const { out } = await schemas('test-compatibility')
    expect(out).toContain('schemas/money.avsc:6: Order.price.total: TYPE_MISMATCH')
  })

  test('holds contracts against a git revision', async () => {
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-q', '-m', 'one')
    expect((await schemas('test-compatibility', '--against', 'main')).out).toBe('compatible with main (1 contract)\n')
    save('schemas/order.avsc', record('Order', { ...id, type: 'int' }, total))
    expect((await jsonOf('test-compatibility', '--against', 'main')).json.checked).toMatchObject([
      { against: 'main', versions: 1, breaks: [{ field: 'Order.id', rule: 'TYPE_MISMATCH', against: 'main' }] },
    ])
    save('schemas/new.avsc', record('New'))
    expect((await schemas('test-compatibility', '--against', 'main', '--subject', 'new')).out).toBe(
      'compatible with main (1 contract, 1 of them new)\n',
    )
  })

  test('a contract that is new, or whose file is called otherwise, hides no change of another', async () => {
    git('init', '-q', '-b', 'main')
    save('schemas/schemas.json', { subjects: { orders: 'order.avsc' } })
    git('add', '.')
    git('commit', '-q', '-m', 'one')
    rmSync(join(directory, 'schemas/order.avsc'))
    save('schemas/schemas.json', { subjects: { orders: 'orders.avsc', carts: 'cart.avsc' } })
    save('schemas/cart.avsc', record('Cart', id))
    save('schemas/orders.avsc', record('Order', id, { ...total, type: 'string' }))
    const { code, json } = await jsonOf('test-compatibility', '--against', 'main')
    expect(code).toBe(1)
    expect(json.checked).toMatchObject([
      { subject: 'carts', versions: 0, breaks: [] },
      { subject: 'orders', versions: 1, breaks: [{ file: 'schemas/orders.avsc', field: 'Order.total' }] },
    ])
  })

  test('with a level for all versions, the history of the revision counts', async () => {
    git('init', '-q', '-b', 'main')
    save('schemas/schemas.json', { compatibility: 'BACKWARD_TRANSITIVE' })
    const commit = (schema: object) => {
      save('schemas/order.avsc', schema)
      git('add', '.')
      git('commit', '-q', '-m', 'a change')
    }
    commit(record('Order', id))
    commit(record('Order', id, note))
    commit(record('Order', id, note, { ...total, default: 0 }))
    save('schemas/order.avsc', record('Order', id, note, { name: 'total', type: 'long', default: 1 }))
    const { json } = await jsonOf('test-compatibility', '--against', 'main')
    expect(json).toMatchObject({ compatible: true, notes: [], checked: [{ versions: 3 }] })
    save('schemas/order.avsc', record('Order', id, { name: 'note', type: 'string' }, total))
    const { code, json: broken } = await jsonOf('test-compatibility', '--against', 'main')
    expect(code).toBe(1)
    expect(broken.checked[0].breaks.map(({ field }: { field: string }) => field)).toEqual([
      'Order.total',
      'Order.note',
      'Order.total',
    ])
  })

  test.each<[string, readonly string[], string]>([
    ['nothing to hold against', [], 'say against what'],
    ['a revision that is none', ['--against', 'nowhere'], 'git knows no'],
    ['a revision that looks like an option', ['--against=--all'], 'git knows no'],
    ['no releases', ['--released'], 'there is no schemas/released; `millrace schemas release` makes it'],
    ['a level that is none', ['--released', '--level', 'sometimes'], 'the level must be one of NONE'],
    [
      'a subject that is none',
      ['--released', '--subject', 'nothing'],
      'no contract is of subject nothing; there are order',
    ],
    ['a directory that is none', ['elsewhere', '--released'], 'there is no directory'],
    ['a registry that is no URL', ['--registry', 'localhost'], 'error: --registry must be an http or https URL'],
    ['a registry without a scheme', ['--registry', 'localhost:8181'], 'error: --registry must be an http or https URL'],
    ['a registry that is empty', ['--registry', ''], 'error: --registry must be an http or https URL'],
  ])('%s is wrong usage', async (_, args, message) => {
    expect(await schemas('test-compatibility', ...args)).toMatchObject({
      code: 2,
      error: expect.stringContaining(message),
    })
  })

  test.each<[string, object, string]>([
    ['a level', { compatibility: 'SOMETIMES' }, 'schemas.json compatibility must be one of'],
    ['a file', { subjects: { s: 'gone.avsc' } }, 'subject s: there is no file'],
    ['an entry', { subjects: { s: 7 } }, 'subjects.s must be the name of a file'],
  ])('a manifest with a wrong %s is told', async (_, manifest, message) => {
    save('schemas/schemas.json', manifest)
    expect(await schemas('validate')).toMatchObject({ code: 2, error: expect.stringContaining(message) })
  })
})

describe('diff', () => {
  test('tells the changes of two files, and what they break', async () => {
    const colour = (...symbols: string[]) => ({ name: 'colour', type: { type: 'enum', name: 'Colour', symbols } })
    save(
      'a.avsc',
      record('Order', id, total, colour('RED', 'BLUE'), { name: 'list', type: { type: 'array', items: 'int' } }),
    )
    save(
      'b.avsc',
      record('Order', { ...id, type: 'int' }, note, colour('RED', 'GREEN'), {
        name: 'list',
        type: { type: 'array', items: 'long' },
      }),
    )
    const { out, code } = await schemas('diff', 'a.avsc', 'b.avsc')
    expect(code).toBe(0)
    expect(out).toBe(`b.avsc: a.avsc -> b.avsc
  ~ Order.id: string became int
      breaks BACKWARD: TYPE_MISMATCH: string cannot be read as int
      breaks FORWARD: TYPE_MISMATCH: int cannot be read as string
  + Order.note: string added, default ""
  ~ Order.colour: symbol GREEN added
      breaks BACKWARD: MISSING_ENUM_SYMBOLS: the reader's enum shop.Colour lacks BLUE and has no default
      breaks FORWARD: MISSING_ENUM_SYMBOLS: the reader's enum shop.Colour lacks GREEN and has no default
  ~ Order.colour: symbol BLUE removed
  ~ Order.list[]: int became long
      breaks FORWARD: TYPE_MISMATCH: long cannot be read as int
  - Order.total: long removed
      breaks FORWARD: READER_FIELD_MISSING_DEFAULT_VALUE: the writer has no field total, and the reader has no default for it
  allowed at: NONE
`)
    expect((await schemas('diff', 'a.avsc', 'b.avsc', '--level', 'BACKWARD')).code).toBe(1)
    expect(await schemas('diff', 'a.avsc', 'a.avsc')).toMatchObject({ out: 'no changes\n', code: 0 })
    expect((await schemas('diff', 'a.avsc', 'gone.avsc')).code).toBe(2)
  })

  test('a renamed field, a new branch and another default are changes too', async () => {
    save('a.avsc', [record('A', note), record('B')])
    save('b.avsc', [record('A', { ...note, name: 'text', aliases: ['note'], default: 'x' }), record('B'), record('C')])
    expect((await schemas('diff', 'a.avsc', 'b.avsc')).out).toBe(`b.avsc: a.avsc -> b.avsc
  ~ A.text: was note
  ~ A.text: default "" became "x"
  + C: branch record shop.C added
      breaks FORWARD: MISSING_UNION_BRANCH: no branch of the reader's union can read shop.C
  allowed at: NONE, BACKWARD, BACKWARD_TRANSITIVE
`)
  })
})

describe('the other verbs', () => {
  beforeEach(() => save('schemas/order.avsc', record('Order', id)))

  test('list a directory', async () => {
    await schemas('release')
    expect((await schemas('list')).out).toBe(
      'subject  file        released  level\norder    order.avsc  1         BACKWARD\n',
    )
  })

  test('set the level in the manifest, of all or of one', async () => {
    expect((await schemas('set-compatibility', 'full', 'schemas')).code).toBe(0)
    const manifest = () => JSON.parse(readFileSync(join(directory, 'schemas/schemas.json'), 'utf8'))
    expect(manifest()).toEqual({ compatibility: 'FULL' })
    expect((await schemas('set-compatibility', 'backward-transitive', 'schemas', '--subject', 'order')).code).toBe(0)
    expect(manifest()).toEqual({
      compatibility: 'FULL',
      subjects: { order: { file: 'order.avsc', compatibility: 'BACKWARD_TRANSITIVE' } },
    })
    expect((await schemas('set-compatibility', 'full')).code).toBe(2)
  })

  test('generate types, and tell when they are stale', async () => {
    expect((await schemas('generate', '--check')).code).toBe(1)
    expect((await schemas('generate')).out).toBe('schemas/generated/order.ts: written\n')
    expect((await schemas('generate', '--check')).out).toBe('1 module up to date\n')
    save('schemas/order.avsc', record('Order', id, note))
    expect(await jsonOf('generate', '--check')).toMatchObject({
      code: 1,
      json: { upToDate: false, stale: ['order.ts'] },
    })
    expect((await schemas('generate', '--long', 'bignum')).code).toBe(2)
    expect(await schemas('generate', 'elsewhere', '--check')).toMatchObject({
      code: 2,
      error: expect.stringContaining('there is no directory'),
    })
  })

  test.each(['register', 'download'])('%s needs a registry', async (verb) => {
    expect(await schemas(verb)).toMatchObject({ code: 2, error: expect.stringContaining('say which registry') })
  })
})
