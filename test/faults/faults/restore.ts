import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { copiesIn } from '../verify/evidence'
import type { World } from '../world'
import type { FlowFault } from './fault'

const DIES_WITHIN_MS = 60_000

/** Stores in a dead worker's directory that stand neither at the beginning nor at the end of their changelog. */
async function halfRestored({ flow, log, stateDir }: World, slot: number): Promise<number> {
  const { copies } = await copiesIn(flow, stateDir(slot))
  const places = copies.map(({ store, partition }) => ({
    topic: `${flow.topology.name}-${store}-changelog`,
    partition,
  }))
  const ends = await log.admin.offsets(places, 'latest')
  return copies.filter(({ position }, index) => position > 0 && position < ends[index]!.offset).length
}

/** A worker with an empty directory dies while it restores, with part of a store on its disk, and goes on from there. */
export const restore: FlowFault = {
  number: 11,
  name: 'restore',
  title: 'kill -9 at half restore',
  brokers: 1,
  async run(world, size) {
    const { random, live, worker, stateDir, strike, note, kill, start, violation, healed, untilReady } = world
    const cycles = size === 'short' ? 1 : 6
    // So that there is something to restore.
    await sleep(4_000)
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      await strike(`worker ${victim} is killed and its state deleted`, () => kill(victim))
      await rm(stateDir(victim), { recursive: true })
      start(victim, { dieAt: 'half restored' })
      const how = await Promise.race([worker(victim)!.untilEnded(), sleep(DIES_WITHIN_MS, 'not', { ref: false })])
      if (how !== 'SIGKILL') violation(`worker ${victim} did not come to restore anything within a minute (${how})`)
      const half = await halfRestored(world, victim)
      if (half === 0) violation(`worker ${victim} left no store half restored`)
      note(`worker ${victim} died with ${half} stores half restored`)
      await strike(`worker ${victim} comes back`, () => start(victim))
      healed()
      await untilReady()
    }
  },
}
