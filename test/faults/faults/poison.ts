import { setTimeout as sleep } from 'node:timers/promises'
import { malformed } from '../malformed'
import type { FlowFault } from './fault'

const AT_LEAST = 200

/** Records that are malformed in every way we could think of: each goes to the dead letters once, and nobody dies of it. */
export const poison: FlowFault = {
  number: 14,
  name: 'poison',
  title: `a corpus of at least ${AT_LEAST} malformed records`,
  brokers: 1,
  avro: true,
  async run({ random, registry, load, flow, strike, note, healed, untilReady }, size) {
    const corpus = malformed(registry!.own, `${flow.commands.name}-value`)
    if (corpus.length < AT_LEAST) throw new Error(`the corpus has but ${corpus.length} records`)
    for (let round = 0; round < (size === 'short' ? 1 : 5); round += 1) {
      await strike(`${corpus.length} malformed records are sent in between`, async () => {
        for (const { bytes } of corpus) {
          load.sendGarbage(bytes)
          await sleep(random.between(0, 10))
        }
      })
    }
    note(`kinds: ${[...new Set(corpus.map(({ kind }) => kind))].join(', ')}`)
    healed()
    await untilReady()
  },
}
