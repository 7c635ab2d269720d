import { OutageError } from 'millrace'
import { type FakePlatform, fakePlatform } from '../test/fake-platform'

const body = {
  customerId: 'c-1',
  restaurantId: 'r-1',
  totalAmount: 45.99,
  items: [{ menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }],
}
const report = { commandId: 'r-1', expectedVersion: null } as const

let platform: FakePlatform
beforeEach(async () => {
  platform = await fakePlatform()
})
afterEach(() => platform.app.close())

const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
  platform.inject({ method: 'POST', url, payload: payload as object, headers })
const get = (url: string, headers: Record<string, string> = {}) => platform.inject({ method: 'GET', url, headers })
const created = async () => (await post('/api/orders', body)).json<{ orderId: string }>().orderId

describe('forgetting a customer', () => {
  test('is not offered where there are no keys', async () => {
    const response = await platform.inject({ method: 'DELETE', url: '/api/customers/c-1/personal-data' })
    expect(response.statusCode).toBe(404)
  })

  test('answers 204, and 503 while the keys cannot be reached', async () => {
    const forgotten: string[] = []
    const privacy = {
      forget: async (customerId: string) => {
        if (customerId === 'out') throw new OutageError('KEYS_UNAVAILABLE', 'no keys today')
        forgotten.push(customerId)
      },
    }
    const own = await fakePlatform({ privacy })
    const ask = (id: string) => own.inject({ method: 'DELETE', url: `/api/customers/${id}/personal-data` })
    expect((await ask('c-1')).statusCode).toBe(204)
    expect((await ask('out')).statusCode).toBe(503)
    expect(forgotten).toEqual(['c-1'])
    await own.app.close()
  })
})

describe('creating an order', () => {
  test('answers 201 with the order, where it is and which version it has', async () => {
    const response = await post('/api/orders', body)
    const { orderId } = response.json()
    expect(response.statusCode).toBe(201)
    expect(orderId).toMatch(/^[0-9a-f-]{36}$/)
    expect(response.headers).toMatchObject({ location: `/api/orders/${orderId}`, etag: '"1"' })
    expect(response.headers['content-type']).toMatch(/^application\/json/)
    expect(response.json()).toEqual({
      orderId,
      status: 'created',
      version: 1,
      ...body,
      paymentId: null,
      reason: null,
      deliveryAddress: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })

  test('keeps money exact', async () => {
    const response = await post('/api/orders', { ...body, totalAmount: '9999999999.99' })
    expect(response.body).toContain('"totalAmount":9999999999.99')
    expect(response.body).toContain('"price":12.99')
    expect(platform.events()[0]).toMatchObject({ totalAmount: '9999999999.99', items: [{ price: '12.99' }] })
  })

  test('adds prices exactly: a total of 0.30 is enough for 0.10 and 0.20', async () => {
    const items = [0.1, 0.2].map((price, n) => ({ menuItemId: `m-${n}`, name: 'x', price, quantity: 1 }))
    expect((await post('/api/orders', { ...body, totalAmount: 0.3, items })).statusCode).toBe(201)
  })

  test('takes a total that exceeds the items, and one that is exactly their sum', async () => {
    expect((await post('/api/orders', { ...body, totalAmount: 25.98 })).statusCode).toBe(201)
    expect((await post('/api/orders', { ...body, totalAmount: 100 })).statusCode).toBe(201)
  })

  test('ignores fields it does not know', async () => {
    const response = await post('/api/orders', { ...body, orderId: 'mine', status: 'delivered', extra: { a: 1 } })
    expect(response.statusCode).toBe(201)
    expect(response.json()).toMatchObject({ status: 'created', orderId: expect.not.stringMatching('mine') })
  })

  test('with the same Idempotency-Key gives the same order, and only one', async () => {
    const first = await post('/api/orders', body, { 'idempotency-key': 'k-1' })
    const second = await post('/api/orders', body, { 'idempotency-key': 'k-1' })
    expect(second.statusCode).toBe(201)
    expect(second.json()).toEqual(first.json())
    expect(platform.events()).toHaveLength(1)
  })

  test('with the same Idempotency-Key gives another customer an order of their own', async () => {
    const first = await post('/api/orders', body, { 'idempotency-key': 'k-1' })
    const second = await post('/api/orders', { ...body, customerId: 'c-2' }, { 'idempotency-key': 'k-1' })
    expect(second.json().orderId).not.toBe(first.json().orderId)
    expect(second.json().customerId).toBe('c-2')
  })
})

describe('a created order', () => {
  test('is confirmed with a payment', async () => {
    const id = await created()
    const response = await post(`/api/orders/${id}/confirm`, { paymentId: 'p-1' })
    expect(response.statusCode).toBe(200)
    expect(response.headers.etag).toBe('"2"')
    expect(response.json()).toMatchObject({ orderId: id, status: 'confirmed', version: 2, paymentId: 'p-1' })
  })

  test('is confirmed again with the same payment, which changes nothing', async () => {
    const id = await created()
    await post(`/api/orders/${id}/confirm`, { paymentId: 'p-1' })
    const again = await post(`/api/orders/${id}/confirm`, { paymentId: 'p-1' })
    expect([again.statusCode, again.json().version]).toEqual([200, 2])
  })

  test('is cancelled with a reason', async () => {
    const id = await created()
    const response = await post(`/api/orders/${id}/cancel`, { reason: 'changed my mind' })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ status: 'cancelled', reason: 'changed my mind', version: 2 })
  })

  test('is cancelled once under one Idempotency-Key, and the repeat hears the same', async () => {
    const id = await created()
    const cancel = () => post(`/api/orders/${id}/cancel`, { reason: 'no' }, { 'idempotency-key': 'k' })
    const [first, second] = [await cancel(), await cancel()]
    expect(second.statusCode).toBe(200)
    expect(second.json()).toEqual(first.json())
  })

  test('is changed only at the version that If-Match expects', async () => {
    const id = await created()
    const stale = await post(`/api/orders/${id}/cancel`, { reason: 'no' }, { 'if-match': '"7"' })
    expect(stale.statusCode).toBe(412)
    expect(stale.headers.etag).toBe('"1"')
    expect(stale.json()).toMatchObject({ status: 412, code: 'VERSION_CONFLICT', version: 1 })
    expect((await post(`/api/orders/${id}/cancel`, { reason: 'no' }, { 'if-match': 'W/"1"' })).statusCode).toBe(412)
    expect(platform.events()).toHaveLength(1)
    expect((await post(`/api/orders/${id}/cancel`, { reason: 'no' }, { 'if-match': '"1"' })).statusCode).toBe(200)
  })

  test('is confirmed whatever its version when If-Match is *', async () => {
    const id = await created()
    expect((await post(`/api/orders/${id}/confirm`, { paymentId: 'p' }, { 'if-match': '*' })).statusCode).toBe(200)
  })
})

describe('reading orders', () => {
  test('gives an order with its version as ETag, and 304 to who has that', async () => {
    const id = await created()
    const response = await get(`/api/orders/${id}`)
    expect(response.statusCode).toBe(200)
    expect(response.headers.etag).toBe('"1"')
    expect(response.json()).toMatchObject({ orderId: id, totalAmount: 45.99 })
    const unchanged = await get(`/api/orders/${id}`, { 'if-none-match': '"0", "1"' })
    expect([unchanged.statusCode, unchanged.body]).toEqual([304, ''])
    expect((await get(`/api/orders/${id}`, { 'if-none-match': '"2"' })).statusCode).toBe(200)
  })

  test('gives the history by version, with amounts as numbers', async () => {
    const id = await created()
    platform.report(id, { ...report, commandType: 'RecordPaymentProcessed', paymentId: 'p-1', amount: '45.99' })
    await post(`/api/orders/${id}/cancel`, { reason: 'no' })
    const { orderId, events } = (await get(`/api/orders/${id}/events`)).json()
    expect(orderId).toBe(id)
    expect(events).toMatchObject([
      { version: 1, eventType: 'OrderCreated', aggregateId: id, totalAmount: 45.99, items: [{ price: 12.99 }] },
      { version: 2, eventType: 'OrderConfirmed', amount: 45.99, confirmedBy: 'payment' },
      { version: 3, eventType: 'OrderCancelled', reason: 'no' },
      { version: 4, eventType: 'OrderRefundRequested', amount: 45.99 },
    ])
    expect(events[0].occurredOn).toMatch(/^\d{4}-.*Z$/)
  })

  test('lists by customer and status, page by page', async () => {
    for (let n = 0; n < 5; n++) await post('/api/orders', { ...body, customerId: n < 4 ? 'ann' : 'bob' })
    const first = (await get('/api/orders?customerId=ann&status=created&limit=3')).json()
    const second = (await get(`/api/orders?customerId=ann&status=created&limit=3&after=${first.next}`)).json()
    expect([first.orders.length, second.orders.length, second.next]).toEqual([3, 1, null])
    expect(new Set([...first.orders, ...second.orders].map((each: { orderId: string }) => each.orderId)).size).toBe(4)
    expect((await get('/api/orders?status=delivered')).json()).toEqual({ orders: [], next: null })
    expect((await get('/api/orders')).json().orders).toHaveLength(5)
  })
})
