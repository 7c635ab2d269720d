import { setTimeout as sleep } from 'node:timers/promises'
import type { FlowFault } from './fault'

/** A worker is asked to end while it works, and started again: it must commit, leave the group at once, and repeat nothing. */
export const sigterm: FlowFault = {
  number: 16,
  name: 'sigterm',
  title: 'SIGTERM under load, one worker after the other',
  brokers: 1,
  orderly: true,
  async run({ random, size: workers, strike, terminate, start, healed, untilReady }, size) {
    const cycles = size === 'short' ? 3 : 9
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const slot = cycle % workers
      await sleep(random.between(200, 1_000))
      await strike(`SIGTERM to worker ${slot}`, () => terminate(slot))
      await untilReady()
      start(slot)
      healed()
      await untilReady()
    }
  },
}
