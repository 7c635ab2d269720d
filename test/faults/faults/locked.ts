import { setTimeout as sleep } from 'node:timers/promises'
import type { FlowFault } from './fault'

const INTRUDER = 3

/** A second process is started on the state directory of a running one: it is refused, and the first goes on. */
export const locked: FlowFault = {
  number: 10,
  name: 'locked',
  title: 'two processes on one state directory',
  brokers: 1,
  async run({ random, live, stateDir, strike, start, kill, untilRefused, healed, untilReady }, size) {
    const cycles = size === 'short' ? 1 : 4
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const owner = random.pick(live())
      await sleep(random.between(0, 500))
      await strike(`a second worker is started on the state directory of worker ${owner}`, () =>
        start(INTRUDER, { stateDir: stateDir(owner) }),
      )
      await untilRefused(INTRUDER, /in use by another process/)
      await strike(`worker ${owner} is killed: the directory is free again`, () => kill(owner))
      start(owner)
      healed()
      await untilReady()
    }
  },
}
