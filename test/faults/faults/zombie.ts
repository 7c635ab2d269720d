import { setTimeout as sleep } from 'node:timers/promises'
import { SESSION_TIMEOUT_MS } from '../workers'
import type { FlowFault } from './fault'

/** A worker stands still until the group has gone on without it, and then goes on where it stood. */
export const zombie: FlowFault = {
  number: 2,
  name: 'zombie',
  title: 'SIGSTOP past the session timeout, then SIGCONT',
  brokers: 1,
  async run({ random, live, worker, strike, healed, untilReady }, size) {
    const cycles = size === 'short' ? 1 : 5
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      await sleep(random.between(0, 300))
      await strike(`worker ${victim} stands still`, () => worker(victim)!.signal('SIGSTOP'))
      await sleep(SESSION_TIMEOUT_MS + random.between(1_000, 4_000))
      await strike(`worker ${victim} comes back as a zombie`, () => worker(victim)!.signal('SIGCONT'))
      healed()
      await sleep(2_000)
      await untilReady()
    }
  },
}
