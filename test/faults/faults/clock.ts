import { setTimeout as sleep } from 'node:timers/promises'
import type { FlowFault } from './fault'

const MINUTE_MS = 60_000
const jumps = [
  60 * MINUTE_MS,
  -60 * MINUTE_MS,
  5 * MINUTE_MS,
  -5 * MINUTE_MS,
  7 * 24 * 60 * MINUTE_MS,
  -7 * 24 * 60 * MINUTE_MS,
]
const inWords = (ms: number) => `${Math.abs(ms) / MINUTE_MS} min ${ms < 0 ? 'behind' : 'ahead of'} the others`

/** The clocks of the workers jump, forward and back, and disagree by hours. */
export const clock: FlowFault = {
  number: 18,
  name: 'clock',
  title: 'clock jumps, forward and back, and between workers',
  brokers: 1,
  async run({ random, live, worker, strike, kill, start, healed, untilReady }, size) {
    const rounds = size === 'short' ? jumps.slice(0, 2) : [...jumps, ...jumps]
    for (const jump of rounds) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      await sleep(random.between(0, 500))
      await strike(`the clock of worker ${victim} jumps: ${inWords(jump)}`, () => worker(victim)!.setClock(jump))
      await sleep(3_000)
      // With the clock as it is now a task is closed, moved and opened.
      const other = random.pick(live().filter((slot) => slot !== victim))
      await strike(`worker ${other} is killed meanwhile`, () => kill(other))
      start(other)
      await untilReady()
      await strike(`the clock of worker ${victim} is put right`, () => worker(victim)!.setClock(0))
      healed()
      await sleep(1_000)
      await untilReady()
    }
    for (const slot of live()) {
      const jump = random.pick(jumps)
      await strike(`the clock of worker ${slot} jumps, and stays: ${inWords(jump)}`, () => worker(slot)!.setClock(jump))
    }
    healed()
    await sleep(2_000)
    await untilReady()
  },
}
