import { setTimeout as sleep } from 'node:timers/promises'
import type { FlowFault } from './fault'

const CUT_MS = 20_000

/** Nothing passes between one worker and the brokers, for longer than its session lasts; what was on its way arrives late. */
export const cutoff: FlowFault = {
  number: 6,
  name: 'cutoff',
  title: 'a worker cut off from the brokers for 20 s',
  brokers: 1,
  networked: true,
  async run({ random, live, worker, network, strike, healed, untilReady }, size) {
    const cycles = size === 'short' ? 1 : 3
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      await sleep(random.between(0, 500))
      await strike(`worker ${victim} is cut off`, () => network(victim).cut())
      await sleep(CUT_MS)
      await strike(`worker ${victim} is connected again`, () => network(victim).heal())
      healed()
      await sleep(2_000)
      await untilReady()
    }
  },
}
