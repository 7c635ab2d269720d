/** Orders through all stages of the platform: commands in, payment, dispatch and delivery, until each order is delivered. */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { openLogRegistry } from 'millrace'
import { typescript } from '../contestants'
import { type MeasuredProcess, startProcess } from '../measured-process'
import { type Ground, sleep } from '../running'
import { askForOrders, createOrderTopics, watchOrders } from '../stages/orders'

export const STAGES = ['orders', 'payment', 'dispatch', 'delivery'] as const
export type Stage = (typeof STAGES)[number]

export interface StagesResult {
  readonly ordersPerSecond: number
  /** Processor time of each stage per million orders, s: where the time goes. */
  readonly cpuSecondsPerMillion: Readonly<Record<Stage, number>>
}

/** Before anything is measured the stages have been through so many. */
const WARM_UP = 2_000
const TIMEOUT_MS = 180_000

/** The stages run as the platform runs them, exactly once, each in a process of its own on the machine's cores. */
export async function measureStages(ground: Ground, orders: number): Promise<StagesResult> {
  const { log } = ground
  await createOrderTopics(log)
  const registry = await openLogRegistry(log)
  const stateDir = await mkdtemp(join(ground.directory, 'stages-'))
  const stages = STAGES.map((stage) => startStage(ground, stage, stateDir))
  const stop = new AbortController()
  const delivered = new Set<string>()
  const watching = watchOrders(log, registry, stop.signal, (order) => delivered.add(order))
  const until = async (count: number) => {
    for (const deadline = Date.now() + TIMEOUT_MS; delivered.size < count; await sleep(2)) {
      if (Date.now() > deadline) throw new Error(`only ${delivered.size} of ${count} orders were delivered in time`)
    }
  }
  const measured = async () => {
    await askForOrders(log, registry, 0, WARM_UP)
    await until(WARM_UP)
    const before = stages.map((stage) => stage.cpuSeconds())
    const began = performance.now()
    const asked = askForOrders(log, registry, WARM_UP, orders)
    await until(WARM_UP + orders)
    const seconds = (performance.now() - began) / 1000
    await asked
    const used = stages.map((stage, at) => ((stage.cpuSeconds() - before[at]!) / orders) * 1e6)
    return { ordersPerSecond: orders / seconds, cpuSecondsPerMillion: byStage(used) }
  }
  try {
    return await Promise.race([measured(), watching.then(never), ...stages.map(({ failed }) => failed)])
  } finally {
    stop.abort()
    await Promise.all(stages.map((stage) => stage.kill()))
    await watching.catch(() => undefined)
    await registry.close()
    await removeTopics(ground)
  }
}

function startStage({ brokers }: Ground, stage: Stage, stateDir: string): MeasuredProcess {
  const contestant = { name: 'millrace', ...typescript(join(__dirname, '..', 'stages', 'stage.ts')) } as const
  const env = { KAFKA_BROKERS: brokers.join(','), STAGE: stage, EOS: '1', STATE_DIR: stateDir }
  return startProcess(contestant, env)
}

async function removeTopics({ log }: Ground): Promise<void> {
  const named = /^(order-platform-|(order|payment|dispatch|delivery)-)/
  await log.admin.deleteTopics((await log.admin.listTopics()).filter((topic) => named.test(topic)))
}

const byStage = (values: readonly number[]) =>
  Object.fromEntries(STAGES.map((stage, at) => [stage, values[at]!])) as unknown as Record<Stage, number>

const never = () => new Promise<never>(() => undefined)
