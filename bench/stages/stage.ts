/** One stage of the order platform as a process of its own; STAGE says which. Runs until it is killed. */
import { join } from 'node:path'
import {
  createWorker,
  deadLetter,
  kafkaConfigFromEnv,
  levelStateDirectory,
  openKafkaLog,
  openLogRegistry,
  systemClock,
  type Topology,
} from 'millrace'
import { settleWith } from '../../gateways/payment-stage'
import { simulatedPaymentGateway } from '../../gateways/simulated-payment'
import { delivery } from '../../topology/delivery'
import { dispatch } from '../../topology/dispatch'
import { orders } from '../../topology/orders'
import { payment } from '../../topology/payment'

const { env } = process

/** It answers at once: what is measured is the platform, not a payment provider. */
const gateway = simulatedPaymentGateway({
  declineAbove: '1000.00',
  latencyMs: 0,
  failureRate: 0,
  clock: { ...systemClock, sleep: async () => undefined },
  random: () => 1,
})

const stages: Readonly<Record<string, Topology>> = {
  orders,
  payment: payment(settleWith(gateway, systemClock)),
  dispatch,
  delivery,
}

async function main(): Promise<void> {
  const topology = stages[env.STAGE ?? '']
  if (topology === undefined) throw new Error(`STAGE is one of ${Object.keys(stages).join(', ')}`)
  const applicationId = `order-platform-${topology.name}`
  const log = await openKafkaLog(kafkaConfigFromEnv(env))
  const worker = createWorker({
    topology,
    applicationId,
    log,
    registry: await openLogRegistry(log),
    onError: deadLetter,
    guarantee: env.EOS === '1' ? 'exactly_once_v2' : 'at_least_once',
    state: levelStateDirectory(join(env.STATE_DIR ?? './data/bench', topology.name), applicationId),
  })
  await worker.start()
  await worker.done
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
