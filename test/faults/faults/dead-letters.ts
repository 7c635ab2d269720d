import { setTimeout as sleep } from 'node:timers/promises'
import { deadLetterTopic } from 'millrace'
import type { World } from '../world'
import type { FlowFault } from './fault'

const POISON_ONE_IN = 20

/** What cannot be written stops the workers, and says why; nothing is passed over. */
async function untilAllStopped({ live, untilRefused, flow }: World): Promise<void> {
  await Promise.all(live().map((slot) => untilRefused(slot, new RegExp(deadLetterTopic(flow.commands.name)))))
}

async function startAgain({ size, start, healed, untilReady }: World): Promise<void> {
  for (let slot = 0; slot < size; slot += 1) start(slot)
  healed()
  await untilReady()
}

export const deadLetters: FlowFault = {
  number: 15,
  name: 'dead-letters',
  title: 'the dead-letter topic missing or unwritable',
  brokers: 1,
  sound: true,
  async run(world) {
    const { flow, log, load, tool, strike } = world
    const topic = deadLetterTopic(flow.commands.name)
    await sleep(1_000)
    await strike('the dead-letter topic is deleted, and poison comes', () => log.admin.deleteTopics([topic]))
    load.setPoison(POISON_ONE_IN)
    await untilAllStopped(world)
    load.setPoison(0)
    // A start creates the topic.
    await startAgain(world)
    await sleep(1_000)
    const configure = (...change: readonly string[]) =>
      tool('kafka.admin.ConfigCommand', '--alter', '--entity-type', 'topics', '--entity-name', topic, ...change)
    await strike('the dead-letter topic takes only records of 100 bytes, and poison comes', () =>
      configure('--add-config', 'max.message.bytes=100'),
    )
    load.setPoison(POISON_ONE_IN)
    await untilAllStopped(world)
    await configure('--delete-config', 'max.message.bytes')
    await startAgain(world)
  },
}
