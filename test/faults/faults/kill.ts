import { setTimeout as sleep } from 'node:timers/promises'
import type { DeathPoint } from '../mortal'
import { api } from '../network'
import type { World } from '../world'
import type { FlowFault } from './fault'

/** Where in its work a worker dies; `after the commit request`: the broker has carried it out, and nobody has heard so. */
type Moment = DeathPoint | 'after the commit request' | 'at any moment'

const moments: readonly Moment[] = [
  'before the produce',
  'between produce and offsets',
  'after the commit request',
  'after the commit',
  'at any moment',
]

async function killAt(moment: Moment, victim: number, { worker, network, guarantee, kill }: World): Promise<void> {
  if (moment === 'at any moment') return kill(victim)
  if (moment === 'after the commit request') {
    const request = guarantee === 'exactly_once_v2' ? api.endTxn : api.offsetCommit
    network(victim).loseAnswer(request, () => worker(victim)!.signal('SIGKILL'))
  } else {
    worker(victim)!.dieAt(moment)
  }
  await worker(victim)!.untilEnded()
}

/** Each cycle one worker dies, at a point of its commit or at any moment, and is started again. */
export const kill: FlowFault = {
  number: 1,
  name: 'kill',
  title: 'kill -9 of a worker in mid work',
  brokers: 1,
  networked: true,
  async run(world, size) {
    const { random, live, worker, strike, start, healed, untilReady } = world
    const cycles = size === 'short' ? moments.length : 20
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      const moment = moments[cycle % moments.length]!
      await sleep(random.between(0, 300))
      await strike(`kill -9 of worker ${victim} ${moment}`, () => killAt(moment, victim, world))
      await sleep(random.between(0, size === 'short' ? 500 : 1_500))
      start(victim)
      healed()
      await untilReady()
    }
  },
}
