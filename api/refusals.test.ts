import { MillraceError, OutageError } from 'millrace'
import { type FakePlatform, fakePlatform } from '../test/fake-platform'

const item = { menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }
const body = { customerId: 'c-1', restaurantId: 'r-1', totalAmount: 45.99, items: [item] }
const json = { 'content-type': 'application/json' }

let platform: FakePlatform
beforeEach(async () => {
  platform = await fakePlatform()
})
afterEach(() => platform.app.close())

type Response = Awaited<ReturnType<FakePlatform['inject']>>

const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
  platform.inject({ method: 'POST', url, payload: payload as object, headers })

/** Every refusal is a problem of RFC 9457 that says its own status. */
function expectProblem(response: Response, status: number, code: string) {
  expect(response.statusCode).toBe(status)
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
  const problem = response.json()
  expect(problem).toMatchObject({
    type: 'about:blank',
    title: expect.any(String),
    status,
    code,
    detail: expect.stringMatching(/\S/),
    instance: expect.stringMatching(/^\//),
  })
  return problem
}

describe('a request that is wrong is told which field, and leaves no event', () => {
  const wrong: readonly [what: string, change: object, field: string, message: RegExp][] = [
    ['a missing customer', { customerId: undefined }, 'customerId', /missing/],
    ['missing items', { items: undefined }, 'items', /missing/],
    ['no items', { items: [] }, 'items', /1 to 100/],
    ['too many items', { items: Array(101).fill(item) }, 'items', /1 to 100/],
    ['items that are no list', { items: 'ramen' }, 'items', /list/],
    ['an item that is no object', { items: [7] }, 'items[0]', /object/],
    ['a missing price', { items: [item, { ...item, price: undefined }] }, 'items[1].price', /missing/],
    ['a negative price', { items: [{ ...item, price: -12.99 }] }, 'items[0].price', /negative/],
    ['a price of three decimals', { items: [{ ...item, price: 1.999 }] }, 'items[0].price', /2 decimals/],
    ['a price that is a boolean', { items: [{ ...item, price: true }] }, 'items[0].price', /2 decimals/],
    ['a price in words', { items: [{ ...item, price: 'cheap' }] }, 'items[0].price', /2 decimals/],
    ['a quantity of zero', { items: [{ ...item, quantity: 0 }] }, 'items[0].quantity', /between 1 and 1000/],
    ['half a piece', { items: [{ ...item, quantity: 1.5 }] }, 'items[0].quantity', /integer/],
    ['a quantity as text', { items: [{ ...item, quantity: '2' }] }, 'items[0].quantity', /integer/],
    ['a quantity beyond bounds', { items: [{ ...item, quantity: 1_001 }] }, 'items[0].quantity', /between 1 and 1000/],
    ['a negative total', { totalAmount: -1 }, 'totalAmount', /negative/],
    ['a total of three decimals', { totalAmount: 45.999 }, 'totalAmount', /2 decimals/],
    [
      'a total of binary dust',
      { totalAmount: 0.1 + 0.2, items: [{ ...item, price: 0.1, quantity: 1 }] },
      'totalAmount',
      /2 decimals/,
    ],
    ['a total too large', { totalAmount: 10_000_000_000 }, 'totalAmount', /at most/],
    ['a total far too large', { totalAmount: 1e300 }, 'totalAmount', /at most/],
    ['a total that is null', { totalAmount: null }, 'totalAmount', /2 decimals/],
    ['a total below the items', { totalAmount: 25.97 }, 'totalAmount', /sum of the items, 25.98/],
    ['a customer that is a number', { customerId: 7 }, 'customerId', /text/],
    ['an empty customer', { customerId: '' }, 'customerId', /text/],
    ['a blank customer', { customerId: '  ' }, 'customerId', /text/],
    ['a customer of 101 characters', { customerId: 'x'.repeat(101) }, 'customerId', /1 to 100/],
    ['a control character', { restaurantId: 'r\u0000' }, 'restaurantId', /control characters/],
    ['a line break', { items: [{ ...item, name: 'Ramen\n' }] }, 'items[0].name', /control characters/],
  ]
  test.each(wrong)('%s', async (_, change, field, message) => {
    const problem = expectProblem(await post('/api/orders', { ...body, ...change }), 400, 'REQUEST_INVALID')
    expect(problem.errors).toEqual([{ field, message: expect.stringMatching(message) }])
    expect(problem.detail).toContain(field)
    expect(platform.events()).toEqual([])
  })

  test('several wrong fields at once', async () => {
    const problem = expectProblem(
      await post('/api/orders', { items: [{ ...item, quantity: 0 }], totalAmount: 1 }),
      400,
      'REQUEST_INVALID',
    )
    expect(problem.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'customerId',
      'items[0].quantity',
      'restaurantId',
    ])
  })

  test.each([
    ['malformed JSON', '{"customerId": "c-1",', /not valid JSON/],
    ['no JSON at all', 'hello', /not valid JSON/],
    ['an empty body', '', /empty|object/],
    ['a list', '[]', /object/],
    ['null', 'null', /object/],
    ['an attempt on the prototype', '{"__proto__": {"customerId": "c-1"}}', /not valid JSON/],
  ])('%s', async (_, payload, message) => {
    const response = await platform.inject({ method: 'POST', url: '/api/orders', payload, headers: json })
    const problem = expectProblem(response, 400, 'REQUEST_INVALID')
    expect(problem.errors).toEqual([{ field: 'body', message: expect.stringMatching(message) }])
    expect(platform.events()).toEqual([])
  })

  test('a body of 2 MB', async () => {
    const huge = { ...body, items: [{ ...item, name: 'x'.repeat(2 * 1024 * 1024) }] }
    expectProblem(await post('/api/orders', huge), 413, 'BODY_TOO_LARGE')
    expect(platform.events()).toEqual([])
  })

  test('the largest order that is allowed is not too large', async () => {
    const name = '\u00e9'.repeat(200)
    const items = Array.from({ length: 100 }, () => ({ menuItemId: 'm'.repeat(100), name, price: 1, quantity: 1 }))
    const response = await post('/api/orders', { ...body, totalAmount: 100, items })
    expect(response.statusCode).toBe(201)
  })

  test.each([
    ['text/plain', 'hello'],
    ['application/xml', '<order/>'],
    ['application/x-www-form-urlencoded', 'customerId=c-1'],
  ])('a body of type %s', async (type, payload) => {
    const response = await platform.inject({
      method: 'POST',
      url: '/api/orders',
      payload,
      headers: { 'content-type': type },
    })
    expectProblem(response, 415, 'MEDIA_TYPE_UNSUPPORTED')
  })

  test.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=many'],
    ['limit', 'limit=1.5'],
    ['status', 'status=lost'],
    ['status', 'status=created&status=delivered'],
    ['after', 'after=nonsense'],
    ['after', `after=${Buffer.from('[1]').toString('base64url')}`],
    ['customerId', 'customerId='],
  ])('a query whose %s is wrong: %s', async (field, query) => {
    const problem = expectProblem(await platform.inject({ url: `/api/orders?${query}` }), 400, 'REQUEST_INVALID')
    expect(problem.errors).toEqual([{ field, message: expect.any(String) }])
  })

  test.each([
    ['If-Match', { 'if-match': '3' }],
    ['If-Match', { 'if-match': '"1", "2"' }],
    ['idempotency-key', { 'idempotency-key': 'x'.repeat(256) }],
    ['idempotency-key', { 'idempotency-key': 'a b' }],
  ])('a header %s that cannot be understood', async (field, headers) => {
    const problem = expectProblem(
      await post('/api/orders', body, headers as Record<string, string>),
      400,
      'REQUEST_INVALID',
    )
    expect(problem.errors).toEqual([{ field, message: expect.any(String) }])
    expect(platform.events()).toEqual([])
  })
})

describe('what is not there', () => {
  test.each([
    ['GET', '/api/orders/nobody', undefined],
    ['GET', '/api/orders/nobody/events', undefined],
    ['POST', '/api/orders/nobody/confirm', { paymentId: 'p' }],
    ['POST', '/api/orders/nobody/cancel', { reason: 'r' }],
  ] as const)('%s %s is 404', async (method, url, payload) => {
    expectProblem(await platform.inject({ method, url, ...(payload && { payload }) }), 404, 'ORDER_UNKNOWN')
    expect(platform.events()).toEqual([])
  })

  test.each(['/', '/api', '/api/order', '/api/orders/x/y/z', '/openapi'])('%s is 404', async (url) => {
    expectProblem(await platform.inject({ url }), 404, 'ROUTE_UNKNOWN')
  })

  test('a method that a path does not know is 405 and names those it does', async () => {
    const response = await platform.inject({ method: 'DELETE', url: '/api/orders/o-1' })
    expectProblem(response, 405, 'METHOD_UNKNOWN')
    expect(response.headers.allow).toBe('GET, HEAD')
    expect((await platform.inject({ method: 'PUT', url: '/api/orders?x=1' })).headers.allow).toBe('GET, HEAD, POST')
  })

  test.each(['/api/orders/%', '/api/orders/%E0%A4%A', '/api/orders/a%00b'])('%s is a bad request', async (url) => {
    expectProblem(await platform.inject({ url }), 400, 'REQUEST_INVALID')
  })
})

describe('what an order refuses is 409 with its reason, and leaves no event', () => {
  const id = 'o-1'
  const envelope = (commandId: string) => ({ commandId, expectedVersion: null }) as const
  const create = () =>
    platform.report(id, {
      commandType: 'CreateOrder',
      ...envelope('c'),
      ...body,
      deliveryAddress: null,
      totalAmount: '45.99',
      items: [{ ...item, price: '12.99' }],
    })
  const pay = () =>
    platform.report(id, { commandType: 'RecordPaymentProcessed', ...envelope('p'), paymentId: 'p-1', amount: '45.99' })
  const dispatch = () =>
    platform.report(id, { commandType: 'RecordDispatch', ...envelope('d'), dispatchId: 'd-1', restaurantId: null })
  const deliver = () => platform.report(id, { commandType: 'RecordDelivery', ...envelope('l'), deliveredAt: 1 })
  const cancel = () => platform.report(id, { commandType: 'CancelOrder', ...envelope('x'), reason: 'sold out' })

  test.each([
    ['a cancel after dispatch', [create, pay, dispatch], 'cancel', { reason: 'r' }, 'ORDER_DISPATCHED', /dispatched/],
    [
      'a cancel after delivery',
      [create, pay, dispatch, deliver],
      'cancel',
      { reason: 'r' },
      'ORDER_DELIVERED',
      /delivered/,
    ],
    ['a second cancel', [create, cancel], 'cancel', { reason: 'r' }, 'ORDER_CANCELLED', /sold out/],
    ['a confirmation by another payment', [create, pay], 'confirm', { paymentId: 'p-2' }, 'ORDER_CONFIRMED', /p-1/],
    [
      'a confirmation of a cancelled order',
      [create, cancel],
      'confirm',
      { paymentId: 'p-2' },
      'ORDER_CANCELLED',
      /sold out/,
    ],
  ] as const)('%s', async (_, past, verb, payload, code, reason) => {
    for (const happen of past) happen()
    const before = platform.events().length
    const problem = expectProblem(await post(`/api/orders/${id}/${verb}`, payload), 409, code)
    expect(problem.detail).toMatch(reason)
    expect(problem.version).toBe(before)
    expect(platform.events()).toHaveLength(before)
  })
})

describe('when the platform cannot answer', () => {
  const restart = async (options: Parameters<typeof fakePlatform>[0]) => {
    await platform.app.close()
    platform = await fakePlatform(options)
  }
  const failing = (error: Error) => ({ order: () => Promise.reject(error), cart: () => Promise.reject(error) })

  test('a command is 503 while the workers are not ready, and reads go on', async () => {
    await restart({ readiness: () => ({ ready: false, reason: 'restoring order-state: 40 %' }) })
    const response = await post('/api/orders', body)
    expect(expectProblem(response, 503, 'UNAVAILABLE').detail).toContain('restoring order-state: 40 %')
    expect(response.headers['retry-after']).toBe('1')
    expect((await platform.inject({ url: '/api/orders' })).statusCode).toBe(200)
    expectProblem(await platform.inject({ url: '/health/ready' }), 503, 'UNAVAILABLE')
    expect((await platform.inject({ url: '/health/live' })).statusCode).toBe(200)
  })

  test('no outcome in time is 504, which says that the fate is unknown and how to repeat it safely', async () => {
    await restart({ commands: failing(new MillraceError('TIMEOUT', 'too late')) })
    const problem = expectProblem(await post('/api/orders', body), 504, 'OUTCOME_UNKNOWN')
    expect(problem).toMatchObject({
      commandId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      idempotencyKey: 'generated-0',
    })
    expect(problem.detail).toMatch(/fate of command .* unknown.*safe to repeat.*Idempotency-Key generated-0/)
    const own = await post('/api/orders', body, { 'idempotency-key': 'mine' })
    expect(own.json().detail).toContain('Idempotency-Key mine')
  })

  test('the key a 504 names leads a repeat to the same command', async () => {
    const sent: string[] = []
    const commands = {
      order: (orderId: string, { commandId }: { commandId: string }) => {
        sent.push(`${orderId} ${commandId}`)
        return Promise.reject(new MillraceError('TIMEOUT', 'too late'))
      },
      cart: () => Promise.reject(new Error('unused')),
    }
    await restart({ commands })
    const { idempotencyKey } = (await post('/api/orders', body)).json()
    await post('/api/orders', body, { 'idempotency-key': idempotencyKey })
    expect(sent).toHaveLength(2)
    expect(sent[1]).toBe(sent[0])
  })

  test('a log or a read model that does not answer is 503', async () => {
    const outage = new OutageError('STATE_UNAVAILABLE', 'mongodb://user:secret@db is away')
    const reject = () => Promise.reject(outage)
    await restart({
      commands: failing(new OutageError('LOG_UNAVAILABLE', 'away')),
      orders: { get: reject, list: reject, events: reject },
    })
    expectProblem(await post('/api/orders', body), 503, 'UNAVAILABLE')
    for (const url of ['/api/orders', '/api/orders/o-1', '/api/orders/o-1/events']) {
      const response = await platform.inject({ url })
      expectProblem(response, 503, 'UNAVAILABLE')
      expect(response.body).not.toContain('secret')
    }
  })

  test('a defect of ours is 500 and tells nothing of our insides', async () => {
    await restart({ commands: failing(new Error('at secret.ts:7')) })
    const response = await post('/api/orders', body)
    expectProblem(response, 500, 'INTERNAL')
    expect(response.body).not.toContain('secret')
  })
})
