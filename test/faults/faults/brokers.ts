import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './fault'

/** One broker after the other goes and comes back, orderly and by kill -9, while two of three stand. */
export const brokers: Fault = {
  number: 4,
  name: 'brokers',
  title: 'brokers bounced, clean and hard',
  brokers: 3,
  async run({ random, nodes, strike, untilReady }, size) {
    const cycles = size === 'short' ? 2 : 10
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const node = random.pick(nodes)
      const signal = cycle % 2 === 0 ? 'SIGTERM' : 'SIGKILL'
      await sleep(random.between(500, 1_500))
      await strike(`${signal} to broker ${node.id}`, () => node.kill(signal))
      await sleep(random.between(500, 4_000))
      await node.start()
      // Until its replicas are in sync again the loss of another one would be an outage, which is another fault.
      await sleep(5_000)
      await untilReady()
    }
  },
}

const DOWN_MS = 20_000

export const outage: Fault = {
  number: 5,
  name: 'outage',
  title: 'all brokers down for 20 s',
  brokers: 3,
  async run({ nodes, strike, untilReady }) {
    await sleep(1_000)
    await strike('SIGKILL to all brokers', () => Promise.all(nodes.map((node) => node.kill('SIGKILL'))))
    await sleep(DOWN_MS)
    await Promise.all(nodes.map((node) => node.start()))
    await sleep(2_000)
    await untilReady()
  },
}
