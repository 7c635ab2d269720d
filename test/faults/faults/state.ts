import { cp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random'
import type { World } from '../world'
import type { FlowFault } from './fault'

type Damage = (world: World, slot: number) => Promise<string>

/** Everything a worker had on its disk is gone. */
const deleted: Damage = async ({ stateDir }, slot) => {
  await rm(stateDir(slot), { recursive: true, force: true })
  return 'its state directory deleted'
}

/** A backup of some time ago is put back, as an operator would. */
const restored: Damage = async ({ stateDir, flow }, slot) => {
  const directory = stateDir(slot)
  await rm(directory, { recursive: true, force: true })
  await cp(backupOf(directory), directory, { recursive: true })
  return `an old copy of its state directory restored (${(await tasksIn(directory, flow.topology.name)).length} tasks)`
}

/** Files of all stores are cut short, as after a crash of the machine. */
const truncated: Damage = async ({ stateDir, random }, slot) => {
  const files = (await filesIn(stateDir(slot))).filter((file) => /\.(log|ldb)$|MANIFEST|CURRENT/.test(file))
  const cut = files.filter(() => random.below(2) === 0)
  for (const file of cut) await truncate(file, await shorter(file, random))
  return `${cut.length} of its files truncated`
}

const damages: readonly Damage[] = [deleted, restored, truncated]
const backupOf = (directory: string) => `${directory}-backup`

/** What lies on a worker's disk is not what it left there: the changelog has the word. */
export const state: FlowFault = {
  number: 8,
  name: 'state',
  title: 'state directory deleted, an old copy restored, files truncated',
  brokers: 1,
  damages: true,
  async run(world, size) {
    const { random, live, worker, strike, kill, start, stateDir, healed, untilReady } = world
    // Taken while it stands still, as a backup of a running store would be of no use to anybody.
    for (const slot of live()) {
      worker(slot)!.signal('SIGSTOP')
      await cp(stateDir(slot), backupOf(stateDir(slot)), { recursive: true })
      worker(slot)!.signal('SIGCONT')
    }
    const cycles = size === 'short' ? 3 : 12
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      await sleep(random.between(1_000, 2_000))
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      await strike(`worker ${victim} is killed`, () => kill(victim))
      const what = await damages[cycle % damages.length]!(world, victim)
      await strike(`it comes back with ${what}`, () => start(victim))
      healed()
      await untilReady()
    }
  },
}

async function tasksIn(directory: string, applicationId: string): Promise<readonly string[]> {
  return (await readdir(join(directory, applicationId))).filter((name) => /^\d+_\d+$/.test(name))
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function shorter(file: string, random: Random): Promise<number> {
  const { size } = await stat(file)
  return random.below(size + 1)
}
