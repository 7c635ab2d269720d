/** A breaking change of a contract, made in a copy of the repository, is refused by `npm run verify` before all else. */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(__dirname, '..')

jest.setTimeout(120_000)

let copy: string
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'millrace-contracts-'))
  for (const name of ['package.json', 'schemas']) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterEach(() => rmSync(copy, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly output: string
}

function npmRun(script: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile('npm', ['run', script], { cwd: copy, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` }),
    )
  })
}

function edit(file: string, change: (text: string) => string): void {
  const path = join(copy, 'schemas', file)
  const text = readFileSync(path, 'utf8')
  const changed = change(text)
  expect(changed).not.toBe(text)
  writeFileSync(path, changed)
}

const lineOf = (file: string, text: string) =>
  readFileSync(join(copy, 'schemas', file), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1

test('the contracts as they are pass', async () => {
  expect(await npmRun('schemas:check')).toMatchObject({ code: 0 })
})

test.each([
  {
    what: 'a field of another type',
    file: 'order-event.avsc',
    change: (text: string) =>
      text.replace('"name": "paymentId", "type": "string"', '"name": "paymentId", "type": "long"'),
    place: '"name": "paymentId"',
    said: 'OrderConfirmed.paymentId: TYPE_MISMATCH',
  },
  {
    what: 'a field without a default',
    file: 'cart-event.avsc',
    change: (text: string) => text.replace('"fields": [', '"fields": [\n{ "name": "channel", "type": "string" },'),
    place: '"name": "channel"',
    said: 'CartItemAdded.channel: READER_FIELD_MISSING_DEFAULT_VALUE',
  },
])('$what fails npm run verify, which names file, line, field and rule', async ({ file, change, place, said }) => {
  edit(file, change)
  // Whoever changes a contract generates its types as well; that does not help.
  execFileSync('npx', ['millrace', 'schemas', 'generate'], { cwd: copy, stdio: 'pipe' })
  const { code, output } = await npmRun('verify')
  expect(code).not.toBe(0)
  expect(output).toContain(`schemas/${file}:${lineOf(file, place)}: ${said}`)
  expect(output).toContain('(it cannot read released version 1; subject ')
})

test('types that have not been generated again fail too', async () => {
  edit('dispatch-event.avsc', (text) => text.replace('"fields": [', '"aliases": ["OrderSent"], "fields": ['))
  const { code, output } = await npmRun('verify')
  expect(code).not.toBe(0)
  expect(output).toContain(
    'schemas/generated/dispatch-event.ts: is not as its schema says; run `millrace schemas generate`',
  )
})

test('a contract that is taken away leaves what it wrote', async () => {
  rmSync(join(copy, 'schemas', 'delivery-event.avsc'))
  edit('schemas.json', (text) => text.replace('    "delivery-events-value": "delivery-event.avsc",\n', ''))
  const { code, output } = await npmRun('verify')
  expect(code).not.toBe(0)
  expect(output).toContain('schemas/released/delivery-event.v1.avsc: REMOVED')
})
