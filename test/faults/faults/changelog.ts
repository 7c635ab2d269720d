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

/** As an operator would: of a compacted topic Kafka deletes nothing. */
async function deleteRecords({ tool, stateDir }: World, cuts: readonly Cut[]): Promise<void> {
  const file = `${stateDir(0)}-cuts.json`
  await writeFile(file, JSON.stringify({ version: 1, partitions: cuts }))
  const policy = (value: string) =>
    [...new Set(cuts.map(({ topic }) => topic))].map((topic) =>
      tool(
        'kafka.admin.ConfigCommand',
        ...['--alter', '--entity-type', 'topics', '--entity-name', topic, '--add-config', `cleanup.policy=${value}`],
      ),
    )
  await Promise.all(policy('[compact,delete]'))
  const said = await tool('org.apache.kafka.tools.DeleteRecordsCommand', '--offset-json-file', file)
  if (/error/i.test(said)) throw new Error(`the changelogs cannot be cut: ${said}`)
  await Promise.all(policy('compact'))
}

/** Old copies of stores stand before the beginning of what is left of their changelogs: nobody may go on from there. */
async function truncated(world: World): Promise<void> {
  const { flow, live, stateDir, strike, kill, start, note, violation, healed, untilReady } = world
  const slots = live()
  const killAll = () => Promise.all(slots.map(kill))
  const startAll = () => {
    for (const slot of slots) start(slot)
  }
  const backupOf = (slot: number) => `${stateDir(slot)}-backup`
  await sleep(4_000)
  await strike('all workers are killed', killAll)
  for (const slot of slots) await replace(backupOf(slot), stateDir(slot))
  startAll()
  await untilReady()
  const copies = await Promise.all(slots.map((slot) => copiesIn(flow, backupOf(slot))))
  const cuts = await cutsBeyond(
    copies.flatMap((found) => found.copies),
    world,
  )
  await strike('all workers are killed once more', killAll)
  for (const slot of slots) await replace(stateDir(slot), backupOf(slot))
  await strike('the changelogs are cut beyond old copies of their state', () => deleteRecords(world, cuts))
  const before = slots.map((slot) => rebuilds(stateDir(slot)))
  await strike('all workers come back with those copies', startAll)
  healed()
  await untilReady()
  const rebuilt = slots.reduce((sum, slot, index) => sum + rebuilds(stateDir(slot)) - before[index]!, 0)
  if (rebuilt === 0) violation('nobody has said that it rebuilds its stores')
  note(`${rebuilt} tasks were rebuilt from what is left of their changelogs`)
}

async function replace(directory: string, by: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  await cp(by, directory, { recursive: true })
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
