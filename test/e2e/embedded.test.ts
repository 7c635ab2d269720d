import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog, openLogRegistry } from 'millrace'
import { createOrders, untilEnded } from './load'
import { type PlatformProcess, startProcess } from './platform-process'
import { expectBuried, expectReplayed, poisonAndGoOn } from './poison'
import { none, verifyOrders } from './verify'

const ORDERS = 1_000
const CONCURRENCY = 50

describe('the platform on the embedded log', () => {
  let dataDir: string
  let platform: PlatformProcess

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'))
  })
  afterEach(async () => {
    await platform?.end('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })

  test(`${ORDERS} orders at ${CONCURRENCY} connections all reach their end, none twice, over two kills with -9`, async () => {
    platform = await startProcess({ DATA_DIR: dataDir })
    let killing: Promise<void> = Promise.resolve()
    const kill = async () => {
      await platform.end('SIGKILL')
      platform = await startProcess({ DATA_DIR: dataDir })
    }
    const orders = await createOrders({
      urls: () => [platform.url],
      count: ORDERS,
      concurrency: CONCURRENCY,
      onCreated: (created) => {
        if (created === ORDERS / 4 || created === (ORDERS * 3) / 4) killing = killing.then(kill)
      },
    })
    await killing
    await untilEnded(platform.url, orders)
    expect(await platform.end('SIGTERM')).toBe(0)

    const log = await openEmbeddedLog(join(dataDir, 'log'))
    const registry = await openLogRegistry(log)
    expect(await verifyOrders(log, registry, orders)).toEqual(none)
    await registry.close()
    await log.close()
  }, 180_000)

  test('poison is dead-lettered once, byte for byte, the orders behind it go on, and a replay puts it back', async () => {
    platform = await startProcess({ DATA_DIR: dataDir })
    const log = await openEmbeddedLog(join(dataDir, 'log'), { attach: true })
    await poisonAndGoOn(log, platform.url)
    await log.close()
    await expectBuried({ DATA_DIR: dataDir })
    await expectReplayed({ DATA_DIR: dataDir })
  }, 120_000)

  test('with its state directory deleted it restores what it knew from the changelogs', async () => {
    platform = await startProcess({ DATA_DIR: dataDir })
    const orders = await createOrders({ urls: () => [platform.url], count: 50, concurrency: 10 })
    await untilEnded(platform.url, orders)
    await platform.end('SIGKILL')
    await rm(join(dataDir, 'state'), { recursive: true })
    platform = await startProcess({ DATA_DIR: dataDir })
    expect(platform.output()).toMatch(/task 0_\d: restoring order-state \(\d+ changelog records\)/)
    expect(platform.output()).toMatch(/task 0_\d: restored \d+ records in/)
    const refused = await fetch(`${platform.url}/api/orders/${orders[0]!.orderId}/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"reason":"too late"}',
    })
    expect(refused.status).toBe(409)
  }, 120_000)
})
