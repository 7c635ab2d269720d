import type { ManagedStore } from '../stores/managed'
import { describeProgress, restoreMeter, totalProgress } from './restore-progress'

const span = (topic: string, position: number, end: number) => ({
  store: {} as ManagedStore,
  from: { topic, partition: 0 },
  position,
  end,
})

test('says how much is restored, how fast, and how long the rest takes', () => {
  let now = 1_000
  const meter = restoreMeter('0_1', [span('a', 100, 1_100), span('b', 0, 3_000)], {
    now: () => now,
    sleep: async () => undefined,
  })
  expect(meter.progress()).toEqual({ taskId: '0_1', restored: 0, total: 4_000, ms: 0, rate: 0, secondsLeft: undefined })
  expect(meter.describe()).toBe('restored 0 of 4000 records (0 %), 0/s, ? s left')
  now += 2_000
  meter.reached('a', 600)
  meter.reached('b', 500)
  expect(meter.describe()).toBe('restored 1000 of 4000 records (25 %), 500/s, 6 s left')
  meter.reached('b', 3_200)
  meter.reached('a', 1_100)
  expect(meter.progress()).toMatchObject({ restored: 4_200, secondsLeft: 0 })
  expect(meter.describe()).toContain('(100 %)')
})

test('of several tasks says what all of them together do', () => {
  const one = { taskId: '0_0', restored: 100, total: 400, ms: 1_000, rate: 100, secondsLeft: 3 }
  const all = totalProgress([one, { ...one, taskId: '0_1', restored: 200, ms: 2_000 }])
  expect(describeProgress(all)).toBe('restored 300 of 800 records (37 %), 150/s, 4 s left')
  expect(describeProgress(totalProgress([]))).toBe('restored 0 of 0 records (100 %), 0/s, ? s left')
})
