import { readFileSync } from 'node:fs'
import { cp, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readTopic } from '../read'
import { copiesIn, type StoreCopy } from '../verify/evidence'
import type { World } from '../world'
import type { FlowFault } from './fault'

interface Cut {
  readonly topic: string
  readonly partition: number
  /** Records before it go. */
  readonly offset: number
}

const WITHIN_MS = 60_000

/** Up to where each changelog can be cut without losing the last word on any key. */
async function possibleCuts({ flow, log }: World): Promise<readonly Cut[]> {
  const cuts: Cut[] = []
  for (const { name } of [flow.tallies, flow.groups]) {
    const topic = `${flow.topology.name}-${name}-changelog`
    ;(await readTopic(log, topic)).forEach((records, partition) => {
      const last = new Map(records.map(({ key, offset }) => [String(key), offset]))
      if (last.size > 0) cuts.push({ topic, partition, offset: Math.min(...last.values()) })
    })
  }
  return cuts
}

/** Waits until so much has been written anew that all these copies can be left behind. */
async function cutsBeyond(copies: readonly StoreCopy[], world: World): Promise<readonly Cut[]> {
  const deadline = Date.now() + WITHIN_MS
  for (;;) {
    const cuts = await possibleCuts(world)
    const behind = copies.every(({ store, partition, position }) =>
      cuts.some((cut) => cut.topic.includes(`-${store}-`) && cut.partition === partition && cut.offset > position),
    )
    if (behind) return cuts
    if (Date.now() > deadline)
      throw new Error('the changelogs cannot be cut beyond the old copy: some key stands still')
    await sleep(500)
  }
}

async function deleteRecords({ tool, stateDir }: World, cuts: readonly Cut[]): Promise<void> {
  const file = `${stateDir(0)}-cuts.json`
  await writeFile(file, JSON.stringify({ version: 1, partitions: cuts }))
  await tool('org.apache.kafka.tools.DeleteRecordsCommand', '--offset-json-file', file)
}

/** An old copy of a store stands before the beginning of what is left of its changelog: it must not go on from there. */
async function truncated(world: World): Promise<void> {
  const { flow, random, live, worker, stateDir, strike, kill, start, violation, healed, untilReady } = world
  const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
  const [directory, backup] = [stateDir(victim), `${stateDir(victim)}-backup`]
  await strike(`worker ${victim} is killed`, () => kill(victim))
  await cp(directory, backup, { recursive: true })
  start(victim)
  await untilReady()
  const cuts = await cutsBeyond((await copiesIn(flow, backup)).copies, world)
  await strike(`worker ${victim} is killed once more`, () => kill(victim))
  await rm(directory, { recursive: true })
  await cp(backup, directory, { recursive: true })
  await strike('the changelogs are cut beyond an old copy of its state', () => deleteRecords(world, cuts))
  const before = rebuilds(directory)
  await strike(`worker ${victim} comes back with that copy`, () => start(victim))
  healed()
  await untilReady()
  if (rebuilds(directory) === before) violation(`worker ${victim} has not said that it rebuilds its stores`)
}

const rebuilds = (stateDir: string) =>
  readFileSync(`${stateDir}.log`, 'utf8').split('rebuilding it from the changelog').length

/** The input gets more partitions than the state was made for: who starts is refused, who runs goes on. */
async function repartitioned({ flow, tool, strike, terminate, start, untilRefused, healed, untilReady }: World) {
  const alter = ['--alter', '--topic', flow.commands.name, '--partitions', '6']
  await strike('the input gets two more partitions', () => tool('org.apache.kafka.tools.TopicCommand', ...alter))
  await strike('worker 0 is ended and started again', () => terminate(0))
  start(0)
  await untilRefused(0, /partition count of a source has changed/)
  healed()
  await untilReady()
}

export const changelog: FlowFault = {
  number: 12,
  name: 'changelog',
  title: 'changelog truncated; partition count changed',
  brokers: 1,
  async run(world, size) {
    for (let cycle = 0; cycle < (size === 'short' ? 1 : 3); cycle += 1) await truncated(world)
    await repartitioned(world)
  },
}
