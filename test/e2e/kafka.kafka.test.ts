import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKafkaLog, openLogRegistry } from 'millrace'
import { kafkaSuite } from '../kafka/suite'
import { createOrders, untilEnded } from './load'
import { type PlatformProcess, startProcess } from './platform-process'
import { expectBuried, expectReplayed, poisonAndGoOn } from './poison'
import { none, verifyOrders } from './verify'

const ORDERS = 1_000
const CONCURRENCY = 50

kafkaSuite('the platform on a Kafka', (kafka) => {
  let dataDir: string
  const processes: (PlatformProcess | undefined)[] = []

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'))
  })
  afterAll(async () => {
    await Promise.all(processes.map((one) => one?.end('SIGKILL')))
    await rm(dataDir, { recursive: true, force: true })
  })
  const start = async (index: number) => {
    processes[index] = await startProcess({
      KAFKA_BROKERS: kafka().brokers.join(','),
      DATA_DIR: join(dataDir, String(index)),
    })
  }

  test(`${ORDERS} orders at ${CONCURRENCY} connections with two processes, one killed with -9 midway and started again`, async () => {
    await start(0)
    await start(1)
    let killing: Promise<void> = Promise.resolve()
    const kill = async () => {
      const victim = processes[1]!
      processes[1] = undefined
      await victim.end('SIGKILL')
      await start(1)
    }
    const orders = await createOrders({
      urls: () => processes.flatMap((one) => one?.url ?? []),
      count: ORDERS,
      concurrency: CONCURRENCY,
      onCreated: (created) => {
        if (created === ORDERS / 2) killing = kill()
      },
    })
    await killing
    await untilEnded(processes[0]!.url, orders)
    expect(await Promise.all(processes.map((one) => one!.end('SIGTERM')))).toEqual([0, 0])

    const log = await openKafkaLog({ brokers: kafka().brokers })
    const registry = await openLogRegistry(log)
    expect(await verifyOrders(log, registry, orders)).toEqual(none)
    await registry.close()
    await log.close()
  }, 300_000)

  test('poison is dead-lettered once, byte for byte, the orders behind it go on, and a replay puts it back', async () => {
    await start(2)
    const log = await openKafkaLog({ brokers: kafka().brokers })
    await poisonAndGoOn(log, processes[2]!.url)
    await log.close()
    const env = { KAFKA_BROKERS: kafka().brokers.join(',') }
    await expectBuried(env)
    await expectReplayed(env)
  }, 120_000)
})
