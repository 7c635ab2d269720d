import { setTimeout as sleep } from 'node:timers/promises'
import { api } from '../network'
import type { World } from '../world'
import type { FlowFault } from './fault'

const REQUEST_TIMEOUT_MS = 4_000
const WITHIN_MS = 30_000

/** How an answer goes astray: lost with its connection, late, or so late that the worker has given it up. */
const ways = [
  { said: 'is lost', delayMs: undefined },
  { said: 'comes 2 s late', delayMs: 2_000 },
  { said: 'comes when nobody waits for it any more', delayMs: REQUEST_TIMEOUT_MS + 2_000 },
] as const

const requests = {
  exactly_once_v2: [
    { said: 'the commit', key: api.endTxn },
    { said: 'the offsets of the transaction', key: api.txnOffsetCommit },
    { said: 'a produce', key: api.produce },
  ],
  at_least_once: [
    { said: 'the offset commit', key: api.offsetCommit },
    { said: 'a produce', key: api.produce },
  ],
} as const

interface Astray {
  readonly victim: number
  readonly request: { readonly said: string; readonly key: number }
  readonly way: (typeof ways)[number]
}

/** Resolves when it has happened. */
async function astray({ network }: World, { victim, request, way }: Astray): Promise<void> {
  const happened = new Promise<'happened'>((resolve) => {
    const done = () => resolve('happened')
    if (way.delayMs === undefined) network(victim).loseAnswer(request.key, done)
    else network(victim).delayAnswer(request.key, way.delayMs, done)
  })
  if ((await Promise.race([happened, sleep(WITHIN_MS, 'not', { ref: false })])) === 'not')
    throw new Error(`worker ${victim} has not asked for ${request.said} within ${WITHIN_MS / 1_000} s`)
  await sleep(way.delayMs ?? 0)
}

/** The broker has done what was asked, and the worker does not hear of it, or hears it late. */
export const reply: FlowFault = {
  number: 3,
  name: 'reply',
  title: "the answer to a commit's requests lost or late",
  brokers: 1,
  networked: true,
  env: { REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) },
  async run(world, size) {
    const { random, guarantee, live, worker, strike, healed, untilReady } = world
    const own = requests[guarantee]
    const all = own.flatMap((request) => ways.map((way) => ({ request, way })))
    const rounds = size === 'short' ? all.slice(0, ways.length) : [...all, ...all]
    for (const round of rounds) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      await sleep(random.between(0, 500))
      const what = `the answer to ${round.request.said} of worker ${victim} ${round.way.said}`
      await strike(what, () => astray(world, { victim, ...round }))
      healed()
      await untilReady()
    }
  },
}
