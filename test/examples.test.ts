import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createWorker, memoryLog, openTopicWriter, systemClock } from 'millrace'
import { testDriver } from 'millrace/testing'
import * as balances from '../examples/balances'
import * as clickCount from '../examples/click-count'
import * as fraudJoin from '../examples/fraud-join'
import * as wordCount from '../examples/word-count'

const root = join(__dirname, '..')
const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.ts') && file !== 'run.ts')
const partitions = 3
const minute = 60_000

describe('the examples', () => {
  test.each(examples)('%s is short, says what it does, and needs nothing but millrace', (file) => {
    const source = readFileSync(join(root, 'examples', file), 'utf8')
    const imported = [...source.matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name)
    expect(source.trimEnd().split('\n').length).toBeLessThan(40)
    expect(source).toMatch(/^\/\*\* .{30,} \*\/\n/)
    expect(imported).toEqual(['millrace'])
    expect(readFileSync(join(root, 'examples', 'README.md'), 'utf8')).toContain(`(${file})`)
  })
})

describe('word count', () => {
  test('every occurrence of a word puts out its new count', () => {
    const driver = testDriver(wordCount.wordCount, { partitions })
    driver.input(wordCount.lines).pipe(null, 'To be, or not to be')
    driver.input(wordCount.lines).pipe('hamlet', 'être ou ne pas être: to be!')

    const counts = driver.output(wordCount.counts).readKeyValues()
    expect(counts.filter(([word]) => word === 'be')).toEqual([1, 2, 3].map((count) => ['be', count]))
    expect(Object.fromEntries(counts)).toEqual({ to: 3, be: 3, or: 1, not: 1, être: 2, ou: 1, ne: 1, pas: 1 })
  })

  test('a word is counted in one place, wherever its lines come in', () => {
    const driver = testDriver(wordCount.wordCount, { partitions })
    for (const partition of [0, 1, 2])
      driver.input(wordCount.lines).pipe(null, 'again', { partition, timestamp: partition })

    expect(driver.output(wordCount.counts).readKeyValues()).toEqual([1, 2, 3].map((count) => ['again', count]))
    const stores = [0, 1, 2].map((partition) => driver.store(wordCount.countOf, partition))
    expect(stores.flatMap((store) => store.get('again') ?? [])).toEqual([{ value: 3, timestamp: 2 }])
  })

  test('counting goes on after a restart from the changelog', () => {
    const driver = testDriver(wordCount.wordCount, { partitions })
    driver.input(wordCount.lines).pipe(null, 'again and again')
    driver.restart()
    driver.input(wordCount.lines).pipe(null, 'again')

    expect(driver.output(wordCount.counts).readKeyValues().at(-1)).toEqual(['again', 3])
  })
})

describe('click count', () => {
  const open = () => {
    const driver = testDriver(clickCount.clickCount, { partitions })
    const click = (page: string, timestamp: number) =>
      driver.input(clickCount.clicks).pipe('ann', { user: 'ann', page }, { timestamp })
    const counted = () =>
      driver
        .output(clickCount.counts)
        .readKeyValues()
        .map(([{ key, window }, count]) => [key, window.start / minute, window.end / minute, count])
    return { driver, click, counted }
  }

  test('each minute of each page has a count of its own', () => {
    const { click, counted } = open()
    click('/home', 0)
    click('/home', minute - 1)
    click('/home', minute)
    click('/help', minute)
    expect(counted()).toEqual([
      ['/home', 0, 1, 1],
      ['/home', 0, 1, 2],
      ['/home', 1, 2, 1],
      ['/help', 1, 2, 1],
    ])
  })

  test('a click counts in the minute it happened in, up to 10 seconds after its end', () => {
    const { driver, click, counted } = open()
    click('/home', 30_000)
    click('/home', minute + 9_999)
    click('/home', 59_000)
    click('/home', minute + 10_000)
    click('/home', 59_001)
    expect(counted().filter(([, start]) => start === 0)).toEqual([
      ['/home', 0, 1, 1],
      ['/home', 0, 1, 2],
    ])
    expect(driver.dropped).toEqual(new Map([['late for its window', 1]]))
  })

  test('a day of minutes can be looked up', () => {
    const { driver, click } = open()
    click('/home', 0)
    click('/home', 23 * 60 * minute)
    const kept = [0, 1, 2].flatMap((partition) => [...driver.store(clickCount.countOf, partition).all()])
    expect(kept.map(({ key, value }) => [key.window.start / minute, value.value])).toEqual([
      [0, 1],
      [23 * 60, 1],
    ])
  })
})

describe('fraud join', () => {
  const open = () => {
    const driver = testDriver(fraudJoin.fraudJoin, { partitions })
    const pay = (card: string, country: string, minutes: number) =>
      driver.input(fraudJoin.payments).pipe(card, { country, amount: 20 }, { timestamp: minutes * minute })
    const draw = (card: string, country: string, minutes: number) =>
      driver.input(fraudJoin.withdrawals).pipe(card, { country, amount: 400 }, { timestamp: minutes * minute })
    const alerts = () =>
      driver
        .output(fraudJoin.alerts)
        .read()
        .map(({ key, value, timestamp }) => [key, value, timestamp / minute])
    return { pay, draw, alerts }
  }
  const alert = (card: string) => ({ card, paidIn: 'DE', drawnIn: 'BR' })

  test('a card in two countries within ten minutes raises an alert, whichever use comes first', () => {
    const { pay, draw, alerts } = open()
    pay('card-1', 'DE', 100)
    draw('card-1', 'BR', 110)
    draw('card-2', 'BR', 120)
    pay('card-2', 'DE', 125)
    expect(alerts()).toEqual([
      ['card-1', alert('card-1'), 110],
      ['card-2', alert('card-2'), 125],
    ])
  })

  test('the same country, another card, or more than ten minutes raise none', () => {
    const { pay, draw, alerts } = open()
    pay('card-1', 'DE', 100)
    draw('card-1', 'DE', 101)
    draw('card-2', 'BR', 102)
    draw('card-1', 'BR', 110.001)
    expect(alerts()).toEqual([])
  })

  test('every withdrawal abroad is told of, also one that comes late', () => {
    const { pay, draw, alerts } = open()
    pay('card-1', 'DE', 100)
    draw('card-1', 'BR', 105)
    draw('card-1', 'BR', 95)
    expect(alerts()).toEqual([
      ['card-1', alert('card-1'), 105],
      ['card-1', alert('card-1'), 100],
    ])
  })
})

describe('balances', () => {
  test('payments add up', () => {
    const driver = testDriver(balances.accounts, { partitions })
    driver.input(balances.payments).pipe('ann', { amount: 30 })
    driver.input(balances.payments).pipe('ann', { amount: -5 })
    expect(driver.output(balances.balanceChanges).readKeyValues()).toEqual([
      ['ann', 30],
      ['ann', 25],
    ])
  })

  test('either of two workers knows of a payment at once', async () => {
    const log = memoryLog()
    const workers = [1, 2].map(() =>
      createWorker({ topology: balances.accounts, log, applicationServer: '127.0.0.1:0' }),
    )
    for (const worker of workers) await worker.start()
    const writer = await openTopicWriter({ log, topic: balances.payments, clientId: 'test', clock: systemClock })
    for (const [index, account] of ['ann', 'bob', 'cyd', 'dan'].entries()) {
      const atLeast = await writer.write(account, { amount: index + 1 })
      for (const worker of workers) expect(await balances.balanceOf(worker, account, { atLeast })).toBe(index + 1)
    }
    expect(await balances.balanceOf(workers[0]!, 'nobody')).toBe(0)
    await writer.close()
    await Promise.all(workers.map((worker) => worker.close()))
    await log.close()
  }, 20_000)
})

describe('run.ts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'examples-'))
  const children: ChildProcess[] = []
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })

  /** Types the lines once the example asks for them, and ends it with Ctrl-C when it has put out all that is awaited. */
  const run = async (example: string, typed: readonly string[], awaited: readonly RegExp[]) => {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'examples/run.ts', example], {
      cwd: root,
      env: { PATH, DATA_DIR: join(directory, example) },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(child)
    const printed: string[] = []
    const exited = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout })) {
      printed.push(line)
      if (line.startsWith('Type ')) child.stdin.write(`${typed.join('\n')}\n`)
      if (awaited.every((one) => printed.some((other) => one.test(other)))) child.kill('SIGINT')
    }
    return { printed: printed.slice(1), code: (await exited)[0] }
  }

  test('runs an example as a worker, which goes on where it stood', async () => {
    const first = await run('word-count', ['lines - to be', 'lines a or not to be'], [/ to 2$/, / be 2$/, / not 1$/])
    expect(first.code).toBe(0)
    const second = await run('word-count', ['nonsense', 'lines a be'], [/ be 3$/])
    // What the first put out just before it ended may be shown again; that `be` goes on from 2 is the proof.
    expect(second.printed).toEqual(expect.arrayContaining([expect.stringContaining('"nonsense"'), 'word-counts be 3']))
    expect(second.code).toBe(0)
  }, 60_000)

  test.each([
    [
      'click-count',
      ['clicks - {"page"', 'clicks ann {"user":"ann","page":"/"}'],
      [/JSON/, /^clicks-per-minute \{"key":"\/",.* 1$/],
    ],
    [
      'fraud-join',
      ['payments c-1 {"country":"DE","amount":1}', 'withdrawals c-1 {"country":"BR","amount":1}'],
      [/^alerts c-1 \{.*"drawnIn":"BR"\}$/],
    ],
    ['balances', ['account-payments ann {"amount":30}'], [/^balances ann 30$/]],
  ])(
    'runs %s',
    async (example, typed, awaited) => {
      const { printed, code } = await run(example, typed, awaited)
      expect(printed).toEqual(awaited.map((line) => expect.stringMatching(line)))
      expect(code).toBe(0)
    },
    60_000,
  )
})
