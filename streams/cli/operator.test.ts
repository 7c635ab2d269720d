import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog } from '../log/embedded'
import type { Log } from '../log/port'
import { recordsBuffer } from '../log/records'
import { levelStateDirectory } from '../stores/level-directory'
import { createWorker, type Worker } from '../worker/worker'
import { clickCount } from './fixtures/clicks'
import { registerLag } from './lag'
import { registerReset } from './reset'
import { type Ended, runCommand } from './run-command'
import { registerState } from './state'

const directory = join(__dirname, 'fixtures')
const users = ['ann', 'ben', 'cid', 'ann', 'ann']

describe('the verbs of an operator', () => {
  let dataDir: string
  let stateDir: string
  const run =
    (register: Parameters<typeof runCommand>[0]) =>
    (...args: string[]): Promise<Ended> =>
      runCommand(register, { directory, env: { DATA_DIR: dataDir } }, args)
  const [state, lag, reset] = [run(registerState), run(registerLag), run(registerReset)]

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'operator-'))
    stateDir = join(dataDir, 'state')
    await withLog(async (log) => {
      await click(log, users)
      await work(log)
    })
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  async function withLog(use: (log: Log) => Promise<void>): Promise<void> {
    const log = await openEmbeddedLog(join(dataDir, 'log'))
    await use(log).finally(() => log.close())
  }
  async function click(log: Log, by: readonly string[]): Promise<void> {
    await log.admin.createTopics([
      // What is clicked here is long past.
      { name: 'clicks', partitions: 2, config: { 'retention.ms': '-1' } },
      { name: 'click-counts', partitions: 2 },
    ])
    const producer = await log.producer({ clientId: 'test' })
    for (const user of by) {
      const records = recordsBuffer()
      records.append(Buffer.from(user), Buffer.from('/'), 1_000, [])
      await producer.send([{ topic: 'clicks', partition: user === 'ben' ? 1 : 0, records }])
    }
    await producer.close()
  }
  /** Runs the application until it has nothing left to read. */
  async function work(log: Log): Promise<void> {
    const worker = createWorker({ topology: clickCount, log, state: levelStateDirectory(stateDir, 'click-count') })
    await worker.start()
    await caughtUp(worker)
    await worker.close()
  }
  async function caughtUp(worker: Worker): Promise<void> {
    const processed = () => [...worker.counters.processed.values()].reduce((sum, count) => sum + count, 0)
    while (!worker.ready || processed() < users.length) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  async function damage(key: string): Promise<void> {
    const opened = levelStateDirectory(stateDir, 'click-count')
    const backend = await opened.open('0_0', 'counts')
    await backend.write([{ key: Buffer.from(key), value: Buffer.alloc(16, 1) }])
    await backend.close()
    await opened.close()
  }

  test('state ls lists what lies in a directory', async () => {
    const { out, code } = await state('state', 'ls', stateDir, '--json')
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(rows).toMatchObject([
      { applicationId: 'click-count', task: '0_0', store: 'counts', position: 2 },
      { applicationId: 'click-count', task: '0_1', store: 'counts', position: 1 },
    ])
    expect(code).toBe(0)
    expect((await state('state', 'ls', stateDir)).out).toContain('click-count  0_0   counts')
    expect(await state('state', 'ls', join(stateDir, 'nowhere'))).toMatchObject({ code: 2 })
  })

  test('state get finds a key in the task that has it', async () => {
    const found = await state('state', 'get', 'clicks.ts', stateDir, 'counts', 'ann', '--json')
    expect(JSON.parse(found.out)).toEqual({ task: '0_0', value: { value: 3, timestamp: 1000 } })
    expect((await state('state', 'get', 'clicks.ts', stateDir, 'counts', 'ben')).out).toBe(
      '0_1  { value: 1, timestamp: 1000 }\n',
    )
    expect(await state('state', 'get', 'clicks.ts', stateDir, 'counts', 'dan')).toMatchObject({ code: 1 })
    expect(await state('state', 'get', 'clicks.ts', stateDir, 'clicks', 'ann')).toMatchObject({
      code: 2,
      error: 'error: click-count has no store clicks; it has counts\n',
    })
  })

  test('state verify proves each store, and finds one that is not the fold of its changelog', async () => {
    const sound = await state('state', 'verify', 'clicks.ts', stateDir)
    expect(sound).toEqual({
      out: '0_0 counts: ok, 2 entries up to offset 2\n0_1 counts: ok, 1 entries up to offset 1\n',
      error: '',
      code: 0,
    })
    await damage('ann')
    const damaged = await state('state', 'verify', 'clicks.ts', stateDir)
    expect(damaged.out).toContain('0_0 counts: 2 differences from the fold of its changelog up to offset 2')
    expect(damaged.out).toContain("missing: key 'ann'")
    expect(damaged.code).toBe(1)
  })

  test('lag says how far behind an application is', async () => {
    expect(JSON.parse((await lag('lag', 'clicks.ts', '--json')).out)).toMatchObject({
      applicationId: 'click-count',
      total: 0,
      partitions: [
        { topic: 'clicks', partition: 0, committed: 4, end: 4, lag: 0 },
        { topic: 'clicks', partition: 1, committed: 1, end: 1, lag: 0 },
      ],
    })
    await withLog((log) => click(log, ['ann', 'ben', 'ann']))
    const behind = await lag('lag', 'clicks.ts', '--max', '2')
    expect(behind.out).toContain('3 behind')
    expect(behind.code).toBe(1)
    expect((await lag('lag', 'clicks.ts', '--max', '3')).code).toBe(0)
    expect(await lag('lag', 'clicks.ts', '--max', 'few')).toMatchObject({ code: 2 })
  })

  test('a dry run of reset changes nothing; a reset lets the application begin anew', async () => {
    const dry = await reset('reset', 'clicks.ts', '--state-dir', stateDir, '--dry-run', '--json')
    expect(JSON.parse(dry.out)).toMatchObject({
      dryRun: true,
      members: 0,
      offsets: [
        { topic: 'clicks', partition: 0, from: 4, to: 0 },
        { topic: 'clicks', partition: 1, from: 1, to: 0 },
      ],
      deleteTopics: ['click-count-counts-changelog', 'click-count-fingerprint'],
      wipeTasks: ['0_0', '0_1'],
    })
    expect((await state('state', 'verify', 'clicks.ts', stateDir)).code).toBe(0)

    expect((await reset('reset', 'clicks.ts', '--state-dir', stateDir)).code).toBe(0)
    expect((await state('state', 'ls', stateDir)).out).toBe('no state\n')
    expect(JSON.parse((await lag('lag', 'clicks.ts', '--json')).out)).toMatchObject({ total: 5 })
    await withLog(work)
    expect((await state('state', 'get', 'clicks.ts', stateDir, 'counts', 'ann')).out).toContain('value: 3')
    expect((await state('state', 'verify', 'clicks.ts', stateDir)).code).toBe(0)
  })

  test('reset --to-latest leaves what was written before alone', async () => {
    await withLog((log) => click(log, ['ann']))
    expect((await reset('reset', 'clicks.ts', '--to-latest')).out).toContain('local state: untouched')
    expect(JSON.parse((await lag('lag', 'clicks.ts', '--json')).out)).toMatchObject({ total: 0 })
    expect(await reset('reset', 'clicks.ts', '--to-latest', '--to-earliest')).toMatchObject({ code: 2 })
    expect(await reset('reset', 'clicks.ts', '--to-datetime', 'soon')).toMatchObject({ code: 2 })
  })

  test('a running application is not reset, and its state is not read', async () => {
    await withLog(async (log) => {
      const worker = createWorker({ topology: clickCount, log, state: levelStateDirectory(stateDir, 'click-count') })
      await worker.start()
      while (!worker.ready) await new Promise((resolve) => setTimeout(resolve, 5))
      const refused = await reset('reset', 'clicks.ts')
      expect(refused).toMatchObject({ code: 2 })
      expect(refused.error).toContain('click-count has 1 member: stop all its workers first')
      expect(await state('state', 'verify', 'clicks.ts', stateDir)).toMatchObject({ code: 2 })
      await worker.close()
    })
  })
})
