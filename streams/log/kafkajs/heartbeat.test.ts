import { manualClock } from '../../testing/manual-clock'
import { kafkaError, lostError } from './errors'
import { createHeartbeat } from './heartbeat'

const what = 'heartbeat'
const rebalancing = kafkaError(27, { what })
const unknown = kafkaError(25, { what })

function setUp(beat: () => Promise<unknown>) {
  const clock = manualClock(0)
  const seen: string[] = []
  let held = false
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: 100,
    sessionTimeoutMs: 1_000,
    held: () => held,
    beat: () => {
      seen.push('beat')
      return beat()
    },
    onRebalance: () => seen.push('rebalance'),
    onLost: () => seen.push('lost'),
  })
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const hold = (value: boolean) => {
    held = value
  }
  return { heartbeat, seen, pass, hold }
}

test('beats at its interval until it is stopped', async () => {
  const { heartbeat, seen, pass } = setUp(async () => undefined)
  heartbeat.start()
  heartbeat.start()
  await pass(350)
  heartbeat.stop()
  await pass(500)
  expect(seen).toEqual(['beat', 'beat', 'beat'])
})

test('goes on beating through a rebalance, or the member would be dropped while it commits', async () => {
  const { heartbeat, seen, pass } = setUp(() => Promise.reject(rebalancing))
  heartbeat.start()
  await pass(200)
  expect(seen).toEqual(['beat', 'rebalance', 'beat', 'rebalance'])
  heartbeat.stop()
})

test('ends when the group does not know the member, and can be started again', async () => {
  const answers = [() => Promise.reject(unknown), async () => undefined]
  const { heartbeat, seen, pass } = setUp(() => (answers.shift() ?? answers[0] ?? (async () => undefined))())
  heartbeat.start()
  await pass(500)
  expect(seen).toEqual(['beat', 'lost'])
  heartbeat.start()
  await pass(100)
  expect(seen).toEqual(['beat', 'lost', 'beat'])
  heartbeat.stop()
})

test('an answer that does not come is a loss once the session has timed out, counted from the last answer', async () => {
  let beats = 0
  const { heartbeat, seen, pass } = setUp(() => {
    beats += 1
    return beats === 1 ? Promise.resolve() : new Promise(() => undefined)
  })
  heartbeat.start()
  await pass(1_050)
  expect(seen).toEqual(['beat', 'beat'])
  await pass(100)
  expect(seen).toEqual(['beat', 'beat', 'lost'])
})

test('a coordinator that stays away is a loss', async () => {
  const { heartbeat, seen, pass } = setUp(() => Promise.reject(lostError({ what })))
  heartbeat.start()
  await pass(150)
  expect(seen).toEqual(['beat', 'lost'])
})

test('neither beats nor complains while a join is held back, and has its full time afterwards', async () => {
  const { heartbeat, seen, pass, hold } = setUp(() => new Promise(() => undefined))
  hold(true)
  heartbeat.start()
  await pass(5_000)
  expect(seen).toEqual([])
  hold(false)
  await pass(900)
  expect(seen).toEqual(['beat'])
  await pass(150)
  expect(seen).toEqual(['beat', 'lost'])
})

test('what it hears once it is stopped is nothing to it', async () => {
  let refuse: (error: unknown) => void = () => undefined
  const { heartbeat, seen, pass } = setUp(() => new Promise((_, reject) => (refuse = reject)))
  heartbeat.start()
  await pass(100)
  heartbeat.stop()
  refuse(unknown)
  await pass(2_000)
  expect(seen).toEqual(['beat'])
})

test('has expired as soon as the process goes on after standing still, before any timer says so', async () => {
  const clock = { now: () => time, sleep: () => new Promise<void>(() => undefined) }
  let time = 0
  const nothing = () => undefined
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: 100,
    sessionTimeoutMs: 1_000,
    held: () => false,
    beat: async () => undefined,
    onRebalance: nothing,
    onLost: nothing,
  })
  expect(heartbeat.expired).toBe(false)
  heartbeat.start()
  time = 1_000
  expect(heartbeat.expired).toBe(false)
  time = 1_001
  expect(heartbeat.expired).toBe(true)
  heartbeat.start()
  expect(heartbeat.expired).toBe(false)
  heartbeat.stop()
})

test('a wall clock that is put back keeps no member alive, and one that is put forward costs it at most its tasks', () => {
  const time = { wall: 1_000_000, passed: 0 }
  const clock = {
    now: () => time.wall,
    elapsed: () => time.passed,
    sleep: () => new Promise<void>(() => undefined),
  }
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: 100,
    sessionTimeoutMs: 1_000,
    held: () => false,
    beat: async () => undefined,
    onRebalance: () => undefined,
    onLost: () => undefined,
  })
  heartbeat.start()
  time.wall -= 500_000
  time.passed += 900
  expect(heartbeat.expired).toBe(false)
  time.passed += 200
  expect(heartbeat.expired).toBe(true)
  heartbeat.start()
  time.wall += 500_000
  expect(heartbeat.expired).toBe(true)
})

test('beats soon after a join, and then less and less often', async () => {
  const clock = manualClock(0)
  const beats: number[] = []
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: 1_000,
    sessionTimeoutMs: 10_000,
    held: () => false,
    beat: async () => beats.push(clock.now()),
    onRebalance: () => undefined,
    onLost: () => undefined,
  })
  heartbeat.start()
  for (let passed = 0; passed < 4_000; passed += 50) {
    clock.advance(50)
    await new Promise((resolve) => setImmediate(resolve))
  }
  heartbeat.stop()
  expect(beats).toEqual([100, 300, 700, 1_500, 2_500, 3_500])
})
