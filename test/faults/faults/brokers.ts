import { setTimeout as sleep } from 'node:timers/promises'
import type { FlowFault } from './fault'

/** One broker after the other goes and comes back, orderly and by kill -9, while two of three stand. */
export const brokers: FlowFault = {
  number: 4,
  name: 'brokers',
  title: 'brokers bounced, clean and hard',
  brokers: 3,
  async run({ random, nodes, strike, healed, untilReady }, size) {
    const cycles = size === 'short' ? 2 : 10
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const node = random.pick(nodes)
      const signal = cycle % 2 === 0 ? 'SIGTERM' : 'SIGKILL'
      await sleep(random.between(500, 1_500))
      await strike(`${signal} to broker ${node.id}`, () => node.kill(signal))
      await sleep(random.between(500, 4_000))
      await node.start()
      healed()
      // Until its replicas are in sync again the loss of another one would be an outage, which is another fault.
      if (cycle < cycles - 1) await sleep(5_000)
      await untilReady()
    }
  },
}

const DOWN_MS = 20_000
const LATE_SLOT = 3
/** A slow machine takes a while to bring three brokers up again. */
const PATIENCE_MS = 120_000

/** Nobody can do anything, and one worker is even started meanwhile. */
export const outage: FlowFault = {
  number: 5,
  name: 'outage',
  title: 'all brokers down for 20 s, and while a worker starts',
  brokers: 3,
  async run({ nodes, strike, note, start, healed, untilReady }) {
    await sleep(1_000)
    await strike('SIGKILL to all brokers', () => Promise.all(nodes.map((node) => node.kill('SIGKILL'))))
    start(LATE_SLOT, { patienceMs: PATIENCE_MS })
    note(`worker ${LATE_SLOT} is started while there is no broker`)
    await sleep(DOWN_MS)
    await Promise.all(nodes.map((node) => node.start()))
    healed()
    await sleep(2_000)
    await untilReady()
  },
}
