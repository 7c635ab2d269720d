import { setTimeout as sleep } from 'node:timers/promises'
import type { Mood } from '../registry'
import type { FlowFault } from './fault'

const moods: readonly { readonly said: string; readonly mood: Mood }[] = [
  { said: 'answers 500', mood: { status: 500 } },
  { said: 'answers 401', mood: { status: 401 } },
  { said: 'does not answer', mood: 'silent' },
  { said: 'is slow', mood: { slowMs: 2_000 } },
]

/** The registry is out of sorts while records with new schemas come: they wait, and only poison goes to the dead letters. */
export const registry: FlowFault = {
  number: 13,
  name: 'registry',
  title: 'registry slow, silent, 500, 401; unknown ids',
  brokers: 1,
  avro: true,
  async run({ random, registry: own, live, strike, note, violation, kill, start, healed, untilReady }, size) {
    const moody = own!
    const rounds = size === 'short' ? moods : [...moods, ...moods]
    for (const { said, mood } of rounds) {
      const before = moody.spoilt
      await sleep(random.between(200, 800))
      await strike(`the registry ${said}`, () => moody.become(mood))
      await sleep(size === 'short' ? 3_000 : 8_000)
      if (mood === 'silent') {
        const victim = random.pick(live())
        await strike(`worker ${victim} is killed, and started without a registry`, () => kill(victim))
        start(victim)
        await sleep(4_000)
      }
      const spoilt = moody.spoilt - before
      if (spoilt === 0) violation(`nobody asked the registry while it ${said}`)
      moody.become('sound')
      note(`the registry is well again, after ${spoilt} questions`)
      healed()
      await untilReady()
    }
  },
}
