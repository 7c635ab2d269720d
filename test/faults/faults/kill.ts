import { setTimeout as sleep } from 'node:timers/promises'
import type { DeathPoint } from '../mortal'
import type { Fault } from './fault'

const points: readonly DeathPoint[] = ['before the produce', 'between produce and offsets', 'after the commit']

/** Each cycle one worker dies, at a point of its commit or at any moment, and is started again. */
export const kill: Fault = {
  number: 1,
  name: 'kill',
  title: 'kill -9 of a worker in mid work',
  brokers: 1,
  async run({ random, live, worker, strike, kill: killNow, start, untilReady }, size) {
    const cycles = size === 'short' ? 4 : 20
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      const point = points[cycle % (points.length + 1)]
      await sleep(random.between(0, 300))
      await strike(`kill -9 of worker ${victim} ${point ?? 'at any moment'}`, async () => {
        if (point === undefined) return killNow(victim)
        worker(victim)!.dieAt(point)
        await worker(victim)!.untilEnded()
      })
      await sleep(random.between(0, 1_500))
      start(victim)
      await untilReady()
    }
  },
}
