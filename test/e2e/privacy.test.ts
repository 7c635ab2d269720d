/** Personal data on the running platform: nowhere in the clear, and forgotten everywhere at once. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog, recordsBuffer } from 'millrace'
import { type PlatformProcess, startProcess } from './platform-process'

const address = '17 Plaintext Street, Sealing'
const other = '4 Elsewhere Road, Plaintextville'
const json = { 'content-type': 'application/json' }

/** Every file under a directory that holds a text, in the encodings in which it might lie there. */
async function filesWith(directory: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), Buffer.from(encodeURIComponent(text))]
  const held = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file)
      return needles.some((needle) => bytes.includes(needle)) ? [file] : []
    }),
  )
  return held.flat()
}

describe('personal data on the platform', () => {
  let dataDir: string
  let platform: PlatformProcess
  let written: string

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-privacy-'))
    written = ''
  })
  afterEach(async () => {
    await platform?.end('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })

  const start = async () => {
    platform = await startProcess({ DATA_DIR: dataDir, LOG_LEVEL: 'trace' })
  }
  const end = async () => {
    await platform.end('SIGTERM')
    written += platform.output()
  }
  const get = async (path: string) => (await (await fetch(`${platform.url}${path}`)).json()) as Record<string, unknown>
  const order = async (customerId: string, deliveryAddress: string, key: string) => {
    const item = { menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }
    const body = { customerId, deliveryAddress, restaurantId: 'r-1', totalAmount: 45.99, items: [item] }
    const response = await fetch(`${platform.url}/api/orders`, {
      method: 'POST',
      headers: { ...json, 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(201)
    const created = (await response.json()) as { readonly orderId: string; readonly deliveryAddress: string }
    expect(created.deliveryAddress).toBe(deliveryAddress)
    return created.orderId
  }
  const checkedOut = async (customerId: string, deliveryAddress: string) => {
    const item = { menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }
    const post = (path: string, body: object) =>
      fetch(`${platform.url}/api/carts/k-1${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })
    await post('/items', item)
    const response = await post('/checkout', { customerId, restaurantId: 'r-1', deliveryAddress })
    expect(response.status).toBe(201)
    return ((await response.json()) as { readonly orderId: string }).orderId
  }
  const until = async (orderId: string, status: string) => {
    for (;;) {
      const view = await get(`/api/orders/${orderId}`)
      if (view.status === status) return view
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const addressIn = async (orderId: string) => {
    const view = await get(`/api/orders/${orderId}`)
    const history = (await get(`/api/orders/${orderId}/events`)) as { events: readonly Record<string, unknown>[] }
    expect(history.events[0]!.deliveryAddress).toBe(view.deliveryAddress)
    return view.deliveryAddress
  }
  /** A record that nobody can process: it has to lie in the dead letters with its original bytes, sealed as they are. */
  const poison = async () => {
    const log = await openEmbeddedLog(join(dataDir, 'log'), { attach: true })
    const reader = await log.reader({ isolation: 'read_committed' })
    const partitions = [0, 1, 2, 3].map((partition) => ({ topic: 'order-events', partition, offset: 0 }))
    reader.assign(partitions)
    const batch = (await reader.poll(1_000)).find(({ records }) => records.length > 0)!
    const broken = Buffer.concat([batch.records.at(0)!.value!, Buffer.from([7])])
    const records = recordsBuffer()
    records.append(batch.records.at(0)!.key, broken, Date.now(), [])
    const producer = await log.producer({ clientId: 'poison' })
    await producer.send([{ topic: 'order-events', partition: batch.partition, records }])
    await producer.close()
    await log.close()
  }

  test('lies nowhere in the clear, before and after it is forgotten, and is forgotten everywhere at once', async () => {
    await start()
    const first = await order('ann', address, 'one')
    const second = await order('bob', other, 'two')
    const third = await checkedOut('ann', address)
    for (const id of [first, second, third]) await until(id, 'delivered')
    expect(await addressIn(first)).toBe(address)
    expect(await addressIn(third)).toBe(address)
    await poison()
    await end()
    expect(await filesWith(dataDir, 'Plaintext')).toEqual([])
    // The search itself finds what is there.
    expect((await filesWith(dataDir, 'Ramen')).some((file) => file.includes('/log/'))).toBe(true)
    expect((await filesWith(dataDir, 'sealed:1:')).map((file) => file.slice(dataDir.length + 1).split('/')[0])).toEqual(
      expect.arrayContaining(['log', 'state', 'read-model']),
    )

    await start()
    const response = await fetch(`${platform.url}/api/customers/ann/personal-data`, { method: 'DELETE' })
    expect(response.status).toBe(204)
    expect(await addressIn(first)).toBe('[redacted]')
    expect(await addressIn(third)).toBe('[redacted]')
    expect(await addressIn(second)).toBe(other)
    // What was decided about the orders is as it was.
    expect(await get(`/api/orders/${first}`)).toMatchObject({
      status: 'delivered',
      customerId: 'ann',
      totalAmount: 45.99,
    })
    expect((await fetch(`${platform.url}/api/customers/ann/personal-data`, { method: 'DELETE' })).status).toBe(204)
    await end()

    // Replays and restores work with what is left: state and read model are built anew from the log.
    await rm(join(dataDir, 'state'), { recursive: true })
    await start()
    expect(platform.output()).toMatch(/restoring order-state/)
    expect(await addressIn(first)).toBe('[redacted]')
    expect(await addressIn(second)).toBe(other)
    const again = await order('ann', address, 'three')
    await until(again, 'delivered')
    expect(await addressIn(again)).toBe(address)
    expect(await addressIn(first)).toBe('[redacted]')
    await end()
    expect(await filesWith(dataDir, 'Plaintext')).toEqual([])
    expect(written).not.toContain('Plaintext')
    expect(written).toContain('order-state')
  }, 180_000)
})
