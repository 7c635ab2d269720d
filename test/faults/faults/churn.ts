import { setTimeout as sleep } from 'node:timers/promises'
import { MOST_WORKERS } from '../cluster'
import type { FlowFault } from './fault'

const EVERY_MS = 3_000

/** A worker is added or killed every 3 s: a rebalance begins before the last one is over. */
export const churn: FlowFault = {
  number: 7,
  name: 'churn',
  title: 'a worker added or killed every 3 s',
  brokers: 1,
  async run({ random, live, strike, kill, start, healed, untilReady }, size) {
    const steps = size === 'short' ? 4 : 20
    for (let step = 0; step < steps; step += 1) {
      const running = live()
      const absent = Array.from({ length: MOST_WORKERS }, (_, slot) => slot).filter((slot) => !running.includes(slot))
      if (running.length === 1 || (absent.length > 0 && random.below(2) === 0)) {
        const slot = random.pick(absent)
        await strike(`worker ${slot} is added`, () => start(slot))
      } else {
        const slot = random.pick(running)
        await strike(`worker ${slot} is killed`, () => kill(slot))
      }
      healed()
      await sleep(EVERY_MS)
    }
    await untilReady()
  },
}
