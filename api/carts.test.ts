import { type FakePlatform, fakePlatform } from '../test/fake-platform'

const item = { menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }
const buyer = { customerId: 'c-1', restaurantId: 'r-1' }

let platform: FakePlatform
beforeEach(async () => {
  platform = await fakePlatform()
})
afterEach(() => platform.app.close())

const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
  platform.inject({ method: 'POST', url, payload, headers })
const add = (payload: object = item, headers = {}) => post('/api/carts/k-1/items', payload, headers)

describe('a cart', () => {
  test('takes items and shows what they come to', async () => {
    await add()
    const response = await add({ ...item, menuItemId: 'm-2', price: 0.01 })
    expect(response.statusCode).toBe(200)
    expect(response.headers.etag).toBe('"2"')
    expect(response.json()).toMatchObject({
      cartId: 'k-1',
      status: 'open',
      version: 2,
      totalAmount: 26,
      orderId: null,
      items: [{ quantity: 2 }, { price: 0.01 }],
    })
    expect((await platform.inject({ url: '/api/carts/k-1' })).json()).toEqual(response.json())
  })

  test('gives an item back', async () => {
    await add()
    const response = await platform.inject({ method: 'DELETE', url: '/api/carts/k-1/items/m-1' })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ items: [], totalAmount: 0, version: 2 })
  })

  test('is checked out into an order', async () => {
    await add()
    const response = await post('/api/carts/k-1/checkout', buyer)
    const { orderId } = response.json()
    expect(response.statusCode).toBe(201)
    expect(response.headers.location).toBe(`/api/orders/${orderId}`)
    expect(response.json()).toMatchObject({ status: 'checkedOut', version: 2 })
    expect(platform.cartEvents('k-1')[1]).toMatchObject({
      eventType: 'CartCheckedOut',
      orderId,
      ...buyer,
      totalAmount: '25.98',
    })
  })

  test('is checked out once: a repeat with the key hears the same, one without is refused', async () => {
    await add()
    const first = await post('/api/carts/k-1/checkout', buyer, { 'idempotency-key': 'x' })
    const repeat = await post('/api/carts/k-1/checkout', buyer, { 'idempotency-key': 'x' })
    expect([repeat.statusCode, repeat.json()]).toEqual([201, first.json()])
    const other = await post('/api/carts/k-1/checkout', buyer)
    expect([other.statusCode, other.json().code]).toEqual([409, 'CART_CHECKED_OUT'])
    expect(platform.cartEvents('k-1')).toHaveLength(2)
  })

  test('adds an item once under one Idempotency-Key', async () => {
    await add(item, { 'idempotency-key': 'x' })
    expect((await add(item, { 'idempotency-key': 'x' })).json().items).toMatchObject([{ quantity: 2 }])
  })

  test.each<[string, () => ReturnType<FakePlatform['inject']>, number, string]>([
    ['an unknown cart', () => platform.inject({ url: '/api/carts/nobody' }), 404, 'CART_UNKNOWN'],
    ['a check-out of nothing', () => post('/api/carts/nobody/checkout', buyer), 404, 'CART_UNKNOWN'],
    [
      'an item that is not in it',
      () => platform.inject({ method: 'DELETE', url: '/api/carts/k-1/items/m-9' }),
      404,
      'CART_ITEM_UNKNOWN',
    ],
    [
      'a total below its items',
      () => post('/api/carts/k-1/checkout', { ...buyer, totalAmount: 1 }),
      409,
      'TOTAL_BELOW_ITEMS',
    ],
    ['more pieces than it holds', () => add({ ...item, quantity: 999 }), 409, 'QUANTITY_INVALID'],
    ['a stale version', () => add(item, { 'if-match': '"9"' }), 412, 'VERSION_CONFLICT'],
    ['a negative price', () => add({ ...item, price: -1 }), 400, 'REQUEST_INVALID'],
    [
      'a total of three decimals',
      () => post('/api/carts/k-1/checkout', { ...buyer, totalAmount: 99.999 }),
      400,
      'REQUEST_INVALID',
    ],
    ['a missing customer', () => post('/api/carts/k-1/checkout', { restaurantId: 'r' }), 400, 'REQUEST_INVALID'],
  ])('refuses %s and leaves no event', async (_, ask, status, code) => {
    await add()
    const response = await ask()
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect([response.statusCode, response.json().code]).toEqual([status, code])
    expect(platform.cartEvents('k-1')).toHaveLength(1)
  })

  test('cannot be read where there is nobody to ask', async () => {
    const blind = await fakePlatform({ carts: undefined })
    expect((await blind.inject({ url: '/api/carts/k-1' })).statusCode).toBe(404)
    await blind.app.close()
  })
})
