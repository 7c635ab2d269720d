import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../clock'
import { silentLogger } from '../../logger'
import type { WorkerState } from '../options'
import type { ThreadFailure, WorkerThreads, WorkerThreadsOptions } from './options'
import { stateOfAll } from './thread-states'
import { workerThreads } from './worker-threads'

const counting = join(__dirname, 'fixtures', 'counting.ts')
/** What a process that runs the sources was started with. */
const execArgv = ['--require', require.resolve('tsx/cjs'), '--conditions=source']
const hasty = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 10_000), signal),
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('worker threads', () => {
  const running: WorkerThreads[] = []
  const env: Record<string, string | undefined> = { ...process.env }
  const threads = (options: Partial<WorkerThreadsOptions> = {}): WorkerThreads => {
    const made = workerThreads({
      module: counting,
      threads: 2,
      threadOptions: { execArgv, env },
      clock: hasty,
      ...options,
    })
    running.push(made)
    return made
  }
  afterEach(async () => {
    for (const name of ['DIE_IN_THREAD', 'FAIL_TO_MAKE']) delete env[name]
    await Promise.all(running.splice(0).map((made) => made.close()))
  }, 60_000)

  test('run a module in each, are in the state of all of them, and end together', async () => {
    const workers = threads()
    const states: WorkerState[] = []
    workers.onState((state) => states.push(state))
    expect([workers.state, workers.threads]).toEqual(['CREATED', []])
    await workers.start()
    await until(() => workers.ready && workers.threads.every(({ memberId }) => memberId !== undefined))
    expect(workers.threads.map(({ threadIndex, state }) => [threadIndex, state])).toEqual([
      [0, 'RUNNING'],
      [1, 'RUNNING'],
    ])
    expect(workers.metadata()[0]!.active).toEqual(['0_0', '0_1'])
    expect(await workers.metrics()).toMatch(/kafka_streams_stream_metrics_client_state\{[^}]*thread="1"[^}]*\} 2/)
    await workers.close()
    await workers.done
    expect(await workers.metrics()).toBe('\n')
    expect(states).toEqual(['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING'])
  }, 60_000)

  test('say that a module does not give its worker, and end in order when they are closed then', async () => {
    const warned: string[] = []
    const logger = { ...silentLogger, warn: (_: object, message: string) => void warned.push(message) }
    const workers = threads({ module: join(__dirname, 'fixtures', 'waiting.ts'), logger })
    const starting = workers.start()
    await until(() => warned.length === 2)
    expect(warned[0]).toMatch(/waiting\.ts has not given its worker yet/)
    await workers.close()
    await starting
    await workers.done
    expect([workers.state, warned.length]).toEqual(['NOT_RUNNING', 2])
  }, 60_000)

  test('hand on what the threads log', async () => {
    const lines: { readonly thread: number; readonly message: string }[] = []
    const note = (fields: object, message: string) => lines.push({ ...(fields as { thread: number }), message })
    const workers = threads({
      logger: { debug: note, info: note, warn: note, error: note },
      module: pathToFileURL(counting),
    })
    await workers.start()
    await until(() => lines.filter(({ message }) => message === 'counting: REBALANCING -> RUNNING').length === 2)
    expect(new Set(lines.map(({ thread }) => thread))).toEqual(new Set([0, 1]))
  }, 60_000)

  test('a thread that dies is replaced where that is the answer', async () => {
    env.DIE_IN_THREAD = '1'
    const failures: ThreadFailure[] = []
    const workers = threads({
      onThreadFailure: (failure) => {
        delete env.DIE_IN_THREAD
        failures.push(failure)
        return 'replace-thread'
      },
    })
    await workers.start()
    await until(() => workers.ready && workers.threads[1]!.replacements === 1)
    expect(failures).toMatchObject([
      { threadIndex: 1, replacements: 0, error: { message: 'thrown where nothing catches it' } },
    ])
    await workers.close()
    expect(workers.state).toBe('NOT_RUNNING')
  }, 60_000)

  test('otherwise all end with it', async () => {
    env.DIE_IN_THREAD = '0'
    const workers = threads()
    await workers.start()
    await expect(workers.done).rejects.toThrow('thrown where nothing catches it')
    expect(workers.state).toBe('ERROR')
    expect(workers.threads.map(({ state }) => state).sort()).toEqual(['ERROR', 'NOT_RUNNING'])
  }, 60_000)

  test('a module that makes no options is told of at the start', async () => {
    env.FAIL_TO_MAKE = '1'
    const workers = threads()
    await expect(workers.start()).rejects.toThrow('no options')
    await expect(workers.done).rejects.toThrow('no options')
  }, 60_000)

  test.each([
    ['fixtures/no-worker.ts', 'has no worker as its default export'],
    ['fixtures/not-there.ts', 'there is no module'],
  ])(
    'so is %s',
    async (name, message) => {
      const workers = threads({ module: join(__dirname, name) })
      await expect(workers.start()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message),
      })
    },
    60_000,
  )

  test('closed before the start they never run', async () => {
    const workers = threads()
    await workers.close()
    expect(workers.state).toBe('NOT_RUNNING')
    await expect(workers.start()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test.each([[{ threads: 0 }], [{ module: 'orders.js' }]])('%j is refused', (options) => {
    expect(() => workerThreads({ module: counting, threads: 1, ...options })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})

test.each<[WorkerState, readonly WorkerState[]]>([
  ['CREATED', ['CREATED', 'CREATED']],
  ['REBALANCING', ['CREATED', 'RUNNING']],
  ['REBALANCING', ['RUNNING', 'REBALANCING']],
  ['RUNNING', ['RUNNING', 'RUNNING']],
  ['PENDING_SHUTDOWN', ['RUNNING', 'PENDING_SHUTDOWN']],
  ['PENDING_ERROR', ['PENDING_ERROR', 'PENDING_SHUTDOWN']],
  ['REBALANCING', ['RUNNING', 'NOT_RUNNING']],
  ['NOT_RUNNING', ['NOT_RUNNING', 'NOT_RUNNING']],
  ['ERROR', ['NOT_RUNNING', 'ERROR']],
])('the state of all is %s where those of the threads are %j', (state, all) => {
  expect(stateOfAll(all)).toBe(state)
})
