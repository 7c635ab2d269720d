import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check'
import { loadScenarios } from './scenario'
import { type Vector, vectorDirectory, vectorFiles } from './vector'

const scenarios = loadScenarios()
const directory = vectorDirectory({})
const original = (name: string): Vector =>
  vectorFiles(directory)
    .find((file) => file.name === name)!
    .read()
/** What the runner says of a vector that has been changed. */
const differenceIn = (vector: Vector) => check({ name: vector.scenario, read: () => vector }, scenarios).difference

const counts = original('group-by-key-count')
const withoutEmitted = (vector: Vector): Vector => ({
  ...vector,
  steps: vector.steps.map((step) => ('pipe' in step ? { pipe: step.pipe } : step)),
})
const outputs = counts.expected.outputs.out!
const expecting = (out: Vector['expected']['outputs'][string]): Vector => ({
  ...withoutEmitted(counts),
  expected: { ...counts.expected, outputs: { out } },
})
const keeping = (entries: Vector['expected']['stores'][string]): Vector => ({
  ...counts,
  expected: { ...counts.expected, stores: { counts: entries } },
})

describe('the conformance runner notices', () => {
  test('nothing in a vector as it is, with or without the outputs of each step', () => {
    expect(differenceIn(counts)).toBeUndefined()
    expect(differenceIn(withoutEmitted(counts))).toBeUndefined()
  })

  test('the first step whose output differs', () => {
    const wrong = { ...counts.steps[3]!, emitted: { out: [{ key: 'x', value: 1, timestamp: 2 }] } }
    const steps = counts.steps.map((step, index) => (index === 3 ? wrong : step))
    expect(differenceIn({ ...counts, steps })).toMatch(
      /^step 4 of \d+ \(pipe to in .*\): topic out, record 1: expected \{"key":"x","timestamp":2,"value":1\}, got /,
    )
  })

  test.each<[string, Vector, RegExp]>([
    ['a record too few', expecting([...outputs, outputs[0]!]), /record \d+: expected \{.*, got nothing$/],
    ['a record too many', expecting(outputs.slice(0, -1)), /record \d+: expected nothing, got/],
    ['another order', expecting([outputs[1]!, outputs[0]!, ...outputs.slice(2)]), /record 1: expected/],
    ['another timestamp', expecting([{ ...outputs[0]!, timestamp: 1 }, ...outputs.slice(1)]), /"timestamp":1,/],
    [
      'a header',
      expecting([{ ...outputs[0]!, headers: [['a', 'b']] }, ...outputs.slice(1)]),
      /"headers":\[\["a","b"\]\]/,
    ],
    [
      'a missing entry',
      keeping([...counts.expected.stores.counts!, ['zz', 1, 2]]),
      /store counts: \["zz",1,2\] is missing/,
    ],
    ['an entry left over', keeping(counts.expected.stores.counts!.slice(1)), /store counts: .* should not be there/],
    ['a scenario without a topology', { ...counts, scenario: 'new' }, /no topology for scenario new/],
    [
      'a topic that the topology does not name',
      { ...counts, outputTopics: { other: { key: 'string', value: 'long' } } },
      /no topic other/,
    ],
  ])('%s', (_, vector, message) => {
    expect(differenceIn(vector)).toMatch(message)
  })

  test('another answer about the past of a versioned store', () => {
    const versioned = original('versioned-table-out-of-order')
    const asOf = { versions: [['a', 1, 'never', 1] as const] }
    expect(differenceIn({ ...versioned, expected: { ...versioned.expected, asOf } })).toMatch(
      /store versions: get\("a", 1\) should be \["never",1\], is \[null,null\]/,
    )
  })

  test('and neither the order of a store nor that of members', () => {
    expect(differenceIn(keeping([...counts.expected.stores.counts!].reverse()))).toBeUndefined()
    const orders = original('orders-status')
    const status = orders.expected.outputs.status!.map((record) => ({
      ...record,
      value: Object.fromEntries(Object.entries(record.value as object).reverse()),
    }))
    const reordered = { ...orders.expected, outputs: { ...orders.expected.outputs, status } }
    expect(differenceIn({ ...withoutEmitted(orders), expected: reordered })).toBeUndefined()
  })
})

describe('npm run conformance', () => {
  let other: string
  beforeAll(async () => {
    other = await mkdtemp(join(tmpdir(), 'vectors-'))
    await cp(join(directory, 'filter-map.json'), join(other, 'filter-map.json'))
    await writeFile(join(other, 'broken.json'), '{')
    const flat = await readFile(join(directory, 'flat-map.json'), 'utf8')
    await writeFile(join(other, 'flat-map.json'), flat.replaceAll('"scenario": "flat-map"', '"scenario": "unknown"'))
  })
  afterAll(() => rm(other, { recursive: true }))

  const run = (...args: string[]) =>
    new Promise<{ readonly out: string; readonly code: number }>((resolve) => {
      const command = [require.resolve('tsx/cli'), '--conditions=source', join(__dirname, 'main.ts'), ...args]
      const env = { ...process.env, CONFORMANCE_VECTORS: other }
      execFile(process.execPath, command, { env }, (error, out) => resolve({ out, code: Number(error?.code ?? 0) }))
    })

  test('runs the files of another directory, and ends with an error when one fails', async () => {
    const { out, code } = await run()
    expect(out).toContain('FAIL  broken\n')
    expect(out).toContain('ok    filter-map\n')
    expect(out).toContain('FAIL  unknown\n      no topology for scenario unknown')
    expect(out).toContain('1 passed, 2 failed\n')
    expect(code).toBe(1)
  }, 30_000)

  test('runs one by its name, and prints JSON', async () => {
    const { out, code } = await run('--only', 'filter-map', '--json')
    expect(JSON.parse(out)).toEqual({ passed: 1, failed: 0, verdicts: [{ scenario: 'filter-map', passed: true }] })
    expect(code).toBe(0)
  }, 30_000)
})
