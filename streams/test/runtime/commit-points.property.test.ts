import fc from 'fast-check'
import { OutageError } from '../../errors'
import { memoryLog } from '../../log/embedded'
import type { Log } from '../../log/port'
import { memoryStateDirectory } from '../../stores'
import type { StateDirectory, StoreBackend } from '../../stores/backend'
import type { ProcessingGuarantee } from '../../worker/committer'
import { createWorker, type Worker } from '../../worker/worker'
import { hasty, until } from '../workers'
import { counted, counting, isDone, keyOf, unfolded, write } from './counting'
import { type Gate, gatedLog, type LogCall } from './gated-log'

type Point = LogCall['what'] | 'persist'

/** At the nth time that this point is reached, before it takes effect or after. */
interface Disturbance {
  readonly point: Point
  readonly nth: number
  readonly when: 'before' | 'after'
  /** The call fails; is held up while inputs come; the worker is closed without waiting; another one joins; one is paused. */
  readonly what: 'fail' | 'indefinite' | 'delay' | 'close' | 'join' | 'pause'
}

const INPUTS = 60

/** Stores are written every few seconds, here every few commits. */
const clock = { ...hasty, elapsed: () => performance.now() * 200 }

const points: Readonly<Record<ProcessingGuarantee, readonly Point[]>> = {
  at_least_once: ['send', 'commit', 'persist', 'join'],
  exactly_once_v2: ['txn-open', 'txn-send', 'txn-commit', 'persist', 'join'],
}

const disturbances = (guarantee: ProcessingGuarantee) =>
  fc.array(
    fc.record<Disturbance>({
      point: fc.constantFrom(...points[guarantee]),
      nth: fc.integer({ min: 1, max: 8 }),
      when: fc.constantFrom('before', 'after'),
      what: fc.constantFrom('fail', 'indefinite', 'delay', 'close', 'join', 'pause'),
    }),
    { minLength: 1, maxLength: 5 },
  )

const isStart = ({ topics }: LogCall) => topics.some((name) => name.endsWith('-fingerprint'))

/** Workers over one log, disturbed as planned; each has a state directory of its own that it keeps. */
function cluster(log: Log, guarantee: ProcessingGuarantee, plan: readonly Disturbance[]) {
  const reached = new Map<string, number>()
  const states = [memoryStateDirectory(), memoryStateDirectory()]
  const slots: (Worker | undefined)[] = [undefined, undefined]
  const changing: Promise<unknown>[] = []
  let ending = false

  async function start(slot: number): Promise<void> {
    const options = { topology: counting, guarantee, commitIntervalMs: 3, clock, standbyReplicas: 1 }
    const gate: Gate = {
      before: (call) => (isStart(call) ? undefined : reach(slot, call.what, 'before')),
      // A join that has succeeded says so: what it gives cannot get lost inside of one process.
      after: (call) => (isStart(call) || call.what === 'join' ? undefined : reach(slot, call.what, 'after')),
    }
    const worker = createWorker({ ...options, log: gatedLog(log, gate), state: disturbedState(slot) })
    slots[slot] = worker
    worker.done.catch(() => undefined)
    await worker.start()
  }
  async function close(slot: number): Promise<void> {
    const worker = slots[slot]
    await worker?.close(50)
    if (slots[slot] === worker) slots[slot] = undefined
  }
  async function reach(slot: number, point: Point, when: 'before' | 'after'): Promise<void> {
    const place = `${point}/${when}`
    const nth = (reached.get(place) ?? 0) + 1
    reached.set(place, nth)
    for (const one of plan) {
      if (one.point === point && one.when === when && one.nth === nth) await disturb(slot, one.what)
    }
  }
  async function disturb(slot: number, what: Disturbance['what']): Promise<void> {
    if (what === 'fail') throw new OutageError('LOG_UNAVAILABLE', 'disturbed')
    if (what === 'indefinite') throw new OutageError('TRANSACTION_INDEFINITE', 'disturbed')
    if (what === 'close') changing.push(close(slot))
    if (what === 'join' && !ending && slots[1 - slot] === undefined)
      changing.push(start(1 - slot).catch(() => undefined))
    if (what === 'pause') {
      const worker = slots[slot]
      worker?.pause()
      changing.push(hasty.sleep(5).then(() => worker?.resume()))
    }
    await hasty.sleep(5)
  }
  function disturbedState(slot: number): StateDirectory {
    const state = states[slot]!
    return {
      ...state,
      open: async (task, store) => {
        const backend = await state.open(task, store)
        let writing: Promise<unknown> = Promise.resolve()
        const write = async (...[writes, position]: Parameters<StoreBackend['write']>) => {
          await reach(slot, 'persist', 'before')
          await backend.write(writes, position)
          await reach(slot, 'persist', 'after')
        }
        return {
          ...backend,
          write: (writes, position) => {
            const written = writing.then(() => write(writes, position))
            writing = written.catch(() => undefined)
            return written
          },
          // As on disk: one batch after the other, and what is being written is waited for.
          close: () => writing.then(() => backend.close()),
        }
      },
    }
  }
  async function settle(): Promise<void> {
    while (changing.length > 0) await Promise.all(changing.splice(0))
  }
  return {
    states,
    start,
    settle,
    /** Some worker is there that goes on. */
    async revive(): Promise<void> {
      await settle()
      const isOver = (worker: Worker | undefined) =>
        worker === undefined || worker.state === 'NOT_RUNNING' || worker.state === 'ERROR'
      if (slots.every(isOver)) await start(0).catch(() => undefined)
    },
    describe: () =>
      JSON.stringify(
        slots.map((worker) => [worker?.state, worker?.isPaused, worker?.tasks.map(({ id, state }) => [id, state])]),
      ),
    /** For good: whoever joined while the last ones close would stay. */
    async closeAll(): Promise<void> {
      ending = true
      await settle()
      await Promise.all([0, 1].map((slot) => close(slot)))
      await settle()
    },
  }
}

const PATIENCE_MS = 8_000

async function run(guarantee: ProcessingGuarantee, plan: readonly Disturbance[]): Promise<void> {
  const log = memoryLog()
  const workers = cluster(log, guarantee, plan)
  try {
    await workers.start(0).catch(() => undefined)
    await write(log, 0, INPUTS / 3)
    const writing = (async () => {
      for (let id = INPUTS / 3; id < INPUTS; id += 4) {
        await write(log, id, id + 4)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await writing
    const since = Date.now()
    await until(async () => {
      await workers.revive()
      if (Date.now() - since > PATIENCE_MS) throw new Error(`it stands still: ${workers.describe()}`)
      return isDone(log)
    })
    await workers.closeAll()
    for (const state of workers.states) expect(await unfolded(log, state)).toEqual([])
    expectEffects(guarantee, plan, await counted(log))
  } finally {
    await workers.closeAll()
    await log.close()
  }
}

/** A worker that was not given the time to close leaves a send behind, which may arrive after those of who goes on. */
const isLeftBehind = ({ point, what }: Disturbance) => point === 'send' && what === 'close'

function expectEffects(
  guarantee: ProcessingGuarantee,
  plan: readonly Disturbance[],
  byKey: ReadonlyMap<string, readonly { readonly id: number; readonly total: number }[]>,
): void {
  for (const key of new Set(Array.from({ length: INPUTS }, (_, id) => keyOf(id)))) {
    const expected = Array.from({ length: INPUTS }, (_, id) => id).filter((id) => keyOf(id) === key)
    const out = byKey.get(key) ?? []
    if (guarantee === 'exactly_once_v2') {
      expect(out).toEqual(expected.map((id, index) => ({ id, total: index + 1 })))
      continue
    }
    // Every input is there, first seen in its order; what is repeated never goes back behind a gap; and no effect is lost.
    expect([...new Set(out.map(({ id }) => id))]).toEqual(expected)
    if (!plan.some(isLeftBehind)) expect(out.at(-1)!.id).toBe(expected.at(-1))
    expect(out.every(({ id, total }) => total >= expected.indexOf(id) + 1)).toBe(true)
  }
}

describe.each(['at_least_once', 'exactly_once_v2'] as const)('with %s', (guarantee) => {
  test('no effect is lost, whatever fails, closes or joins at whichever point of a commit', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
    const numRuns = Number(process.env.RUNS ?? 40)
    const property = fc.asyncProperty(disturbances(guarantee), (plan) => run(guarantee, plan))
    await fc.assert(property, { seed, numRuns, endOnFailure: true })
  }, 60_000)
})
