import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runCommand } from './run-command'
import { registerWorker } from './worker'
import { workerOutput } from './worker-output'

const bin = join(__dirname, '..', 'bin', 'millrace.js')
const counting = join('fixtures', 'counting.worker.ts')

/** The installed command, in a process of its own. */
function start(...args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [bin, 'worker', ...args], {
    cwd: __dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const shown = { out: '', error: '' }
  child.stdout!.on('data', (text) => {
    shown.out += String(text)
  })
  child.stderr!.on('data', (text) => {
    shown.error += String(text)
  })
  return {
    shown,
    until: async (pattern: RegExp) => {
      while (!pattern.test(shown.out)) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}

describe('millrace worker', () => {
  test('runs a module until it is told to end, and ends in order', async () => {
    const worker = start(counting, '--threads', '2')
    await worker.until(/worker: REBALANCING -> RUNNING/)
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
    expect(worker.shown.out).toMatch(/info {2}\[1\] counting: REBALANCING -> RUNNING/)
    expect(worker.shown.out).toMatch(/SIGTERM: committing.*worker: PENDING_SHUTDOWN -> NOT_RUNNING/s)
    expect(worker.shown.error).toBe('')
  }, 60_000)

  test('shows one JSON object a line', async () => {
    const worker = start(counting, '--json')
    await worker.until(/"to":"RUNNING","msg":"worker: /)
    worker.signal('SIGINT')
    expect(await worker.ended).toBe(0)
    const lines = worker.shown.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', thread: 0, msg: 'counting: CREATED -> REBALANCING' }),
    )
  }, 60_000)

  test('serves metrics and probes', async () => {
    const worker = start(counting, '--listen', '127.0.0.1:0')
    await worker.until(/REBALANCING -> RUNNING\n.*worker: REBALANCING -> RUNNING/)
    const [, url] = /metrics and health at (\S+)/.exec(worker.shown.out)!
    const get = async (path: string) => {
      const response = await fetch(`${url}${path}`)
      return [response.status, await response.text()] as const
    }
    expect(await get('/health/live')).toEqual([200, 'RUNNING\n'])
    expect(await get('/health/ready')).toEqual([200, 'RUNNING\n'])
    expect((await get('/metrics'))[1]).toMatch(/^millrace_commits_total\{.*thread="0".*\} 0$/m)
    expect((await get('/nowhere'))[0]).toBe(404)
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
  }, 60_000)

  test('ends with 1 where an error ends the worker', async () => {
    const worker = start(join('fixtures', 'failing.worker.ts'))
    expect(await worker.ended).toBe(1)
    expect(worker.shown.error).toContain('topic nowhere does not exist')
  }, 60_000)

  test.each([
    [['nowhere.ts'], 'there is no module'],
    [[join('fixtures', 'nothing.ts')], 'no worker as its default export'],
    [[counting, '--threads', '0'], 'whole number'],
    [[counting, '--on-thread-failure', 'weep'], 'Allowed choices'],
    [[counting, '--listen', 'everywhere'], 'host:port'],
    [[counting, '--listen', '65536'], 'up to 65535'],
    [[counting, '--listen', '192.0.2.1:80'], 'cannot listen at'],
  ])(
    'ends with 2 at %j',
    async (args, message) => {
      const worker = start(...args)
      expect(await worker.ended).toBe(2)
      expect(worker.shown.error).toContain(message)
    },
    60_000,
  )

  test('says what it can', async () => {
    const written: string[] = []
    const write = (text: string) => void written.push(text)
    const register: typeof registerWorker = (program, options) => {
      registerWorker(program, options)
      program.commands[0]!.configureOutput({ writeOut: write })
    }
    await runCommand(register, {}, ['worker', '--help'])
    for (const flag of ['--threads', '--json', '--close-timeout']) expect(written.join('')).toContain(flag)
  })
})

describe('what a worker shows', () => {
  const progress = (taskId: string, restored: number) => ({
    taskId,
    restored,
    total: 100,
    ms: 1_000,
    rate: 0,
    secondsLeft: 0,
  })
  const output = (isTerminal: boolean, json = false) => {
    const texts: string[] = []
    const terminal = isTerminal ? { write: (text: string) => texts.push(text) } : undefined
    return {
      texts,
      ...workerOutput({ write: (text) => void texts.push(text), json, level: 'info', terminal, now: () => 0 }),
    }
  }

  test('a bar while it restores, below the lines of its log', () => {
    const shown = output(true)
    shown.restoring([progress('0_0', 50), progress('0_1', 0)])
    shown.info({ thread: 1 }, 'hello')
    shown.restoring([])
    const bar = '2 tasks [#######-----------------------] restored 50 of 200 records (25 %), 50/s, 3 s left'
    expect(shown.texts).toEqual([
      `\r\u001b[K${bar}`,
      '\r\u001b[K',
      '1970-01-01T00:00:00.000Z info  [1] hello\n',
      bar,
      '\r\u001b[K',
    ])
  })

  test('no bar where there is no terminal, and no lines below the level', () => {
    const shown = output(false)
    shown.restoring([progress('0_0', 50)])
    shown.debug({}, 'hush')
    expect(shown.texts).toEqual([])
    expect([shown.isLevelEnabled!('debug'), shown.isLevelEnabled!('warn')]).toEqual([false, true])
  })

  test('errors, in JSON and for people', () => {
    const error = Object.assign(new Error('no'), { code: 'TIMEOUT' })
    const json = output(false, true)
    json.error({ err: error }, 'stopped')
    expect(JSON.parse(json.texts[0]!)).toMatchObject({
      level: 'error',
      msg: 'stopped',
      err: { message: 'no', code: 'TIMEOUT' },
    })
    const text = output(false)
    text.error({ err: error }, 'stopped')
    expect(text.texts[0]).toContain('error stopped\nError: no\n    at ')
  })
})
