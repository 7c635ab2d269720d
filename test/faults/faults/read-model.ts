import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from 'millrace'
import { findMongo } from '../../mongo/server'
import type { DeathPoint } from '../mortal'
import { runViews, type ViewsWorld } from '../views/run'
import { SESSION_TIMEOUT_MS } from '../workers'
import type { OwnFault, Size } from './fault'

const moments: readonly DeathPoint[] = ['between read model and commit', 'before it writes to the read model']

async function kills({ random, live, worker, strike, kill, start, healed, untilReady }: ViewsWorld, size: Size) {
  const cycles = size === 'short' ? 2 : 12
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
    const moment = moments[cycle % (size === 'short' ? 2 : 3)]
    await sleep(random.between(0, 500))
    await strike(`kill -9 of worker ${victim} ${moment ?? 'at any moment'}`, async () => {
      if (moment === undefined) return kill(victim)
      worker(victim)!.dieAt(moment)
      await worker(victim)!.untilEnded()
    })
    start(victim)
    healed()
    await untilReady()
  }
}

async function outages({ random, gate, strike, healed, untilReady }: ViewsWorld, size: Size) {
  const cycles = size === 'short' ? 2 : 6
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await sleep(random.between(500, 1_500))
    if (cycle % 2 === 0) await strike('the database refuses every connection', () => gate!.refuse())
    else await strike('the database takes what it is sent and says nothing', () => gate!.stall())
    await sleep(size === 'short' ? 4_000 : 10_000)
    await strike('the database is there again', () => gate!.open())
    healed()
    await untilReady()
  }
}

/** It stood still with a batch in hand that others have written meanwhile, and more. */
async function zombie({ random, live, worker, strike, healed, untilReady }: ViewsWorld) {
  const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
  await strike(`worker ${victim} stands still`, () => worker(victim)!.signal('SIGSTOP'))
  await sleep(SESSION_TIMEOUT_MS + 3_000)
  await strike(`worker ${victim} comes back as a zombie`, () => worker(victim)!.signal('SIGCONT'))
  healed()
  await sleep(2_000)
  await untilReady()
}

async function whyNoMongo(): Promise<string | undefined> {
  try {
    findMongo()
    return undefined
  } catch (error) {
    return `there is no MongoDB to be had: ${messageOf(error)}`
  }
}

export const readModel: OwnFault = {
  number: 17,
  name: 'read-model',
  title: 'read-model database down; killed between write and commit',
  brokers: 1,
  impossible: whyNoMongo,
  runAlone: (options) =>
    runViews(
      {
        name: 'read-model',
        store: 'mongo',
        run: async (world, size) => {
          await outages(world, size)
          await kills(world, size)
          if (size === 'long') for (let cycle = 0; cycle < 3; cycle += 1) await zombie(world)
        },
      },
      options,
    ),
}

export const embeddedReadModel: OwnFault = {
  number: 17,
  name: 'embedded',
  title: 'the same with the embedded read model: killed beside its write',
  brokers: 1,
  runAlone: (options) => runViews({ name: 'embedded', store: 'embedded', run: kills }, options),
}
