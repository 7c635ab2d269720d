import fc from 'fast-check'
import type { CartCommand } from '../schemas/generated/cart-command'
import { given, inMemory } from '../test/deciding'
import { cart, type DecidedCartEvent } from './cart'

const id = { commandId: 'c-1', expectedVersion: null } as const
const add = (menuItemId: string, quantity = 1, price = '12.99'): CartCommand => ({
  commandType: 'AddCartItem',
  ...id,
  menuItemId,
  name: 'Ramen',
  price,
  quantity,
})
const remove = (menuItemId: string): CartCommand => ({ commandType: 'RemoveCartItem', ...id, menuItemId })
const checkOut = (totalAmount: string | null = null): CartCommand => ({
  commandType: 'CheckOutCart',
  ...id,
  orderId: 'o-1',
  customerId: 'ann',
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount,
})

const added = (menuItemId: string, quantity = 1, price = '12.99'): DecidedCartEvent => ({
  eventType: 'CartItemAdded',
  menuItemId,
  name: 'Ramen',
  price,
  quantity,
})
const removed = (menuItemId: string): DecidedCartEvent => ({ eventType: 'CartItemRemoved', menuItemId })
const item = (menuItemId: string, quantity = 1, price = '12.99') => ({ menuItemId, name: 'Ramen', price, quantity })
const checkedOut = (totalAmount: string, items = [item('a', 2)]): DecidedCartEvent => ({
  eventType: 'CartCheckedOut',
  orderId: 'o-1',
  customerId: 'ann',
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount,
  items,
})

describe('a cart', () => {
  test('opens with its first item', () => given(cart).when(add('a', 2)).expect(added('a', 2)))
  test('takes more of an item', () => given(cart, added('a')).when(add('a', 3)).expect(added('a', 3)))
  test('takes at most 1000 pieces of an item', () =>
    given(cart, added('a', 999)).when(add('a', 2)).refused('QUANTITY_INVALID'))
  test('takes at most 100 different items', () => {
    const full = Array.from({ length: 100 }, (_, n) => added(`m-${n}`))
    given(cart, ...full)
      .when(add('one more'))
      .refused('CART_FULL')
    given(cart, ...full)
      .when(add('m-7'))
      .expect(added('m-7'))
  })
  test('refuses a price that is no amount', () =>
    given(cart)
      .when(add('a', 1, '-1.00'))
      .refused('AMOUNT_INVALID'))
  test('gives an item back', () => given(cart, added('a')).when(remove('a')).expect(removed('a')))
  test('has no item to give that is not in it', () =>
    given(cart, added('a')).when(remove('b')).refused('CART_ITEM_UNKNOWN'))
  test('that does not exist gives nothing back', () => given(cart).when(remove('a')).refused('CART_UNKNOWN'))
  test('adds pieces up under the latest price', () =>
    expect(given(cart, added('a', 2, '10.00'), added('b'), added('a', 1, '11.00')).state?.items).toEqual([
      item('a', 3, '11.00'),
      item('b'),
    ]))
})

describe('checking a cart out', () => {
  test('makes an order of its items for their sum', () =>
    given(cart, added('a', 2)).when(checkOut()).expect(checkedOut('25.98')))
  test('may come to more than the items', () =>
    given(cart, added('a', 2)).when(checkOut('30.00')).expect(checkedOut('30.00')))
  test('may not come to less', () => given(cart, added('a', 2)).when(checkOut('25.97')).refused('TOTAL_BELOW_ITEMS'))
  test('needs a cart', () => given(cart).when(checkOut()).refused('CART_UNKNOWN'))
  test('needs an item', () => given(cart, added('a'), removed('a')).when(checkOut()).refused('CART_EMPTY'))
  test('is refused where the sum is more than an amount can hold', () =>
    given(cart, added('a', 2, '9999999999.99'))
      .when(checkOut())
      .refused('AMOUNT_INVALID'))
  test.each([add('b'), remove('a'), checkOut()])('happens once: then $commandType is refused', (command) =>
    given(cart, added('a', 2), checkedOut('25.98')).when(command).refused('CART_CHECKED_OUT'),
  )
})

test('whatever comes to a cart, its versions rise by one, it is checked out at most once, and its state is its fold', () => {
  const menuItemId = fc.constantFrom('a', 'b', 'c')
  const command = fc.oneof(
    fc.tuple(menuItemId, fc.integer({ min: 0, max: 600 })).map(([what, quantity]) => add(what, quantity)),
    menuItemId.map(remove),
    fc.constantFrom(null, '1.00', '50000.00').map(checkOut),
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (script) => {
      const carts = inMemory(cart)
      for (const [index, each] of script.entries()) carts.handle('k', { ...each, commandId: `c-${index}` })
      const events = carts.events('k')
      expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1))
      const out = events.findIndex(({ eventType }) => eventType === 'CartCheckedOut')
      if (out >= 0) expect(out).toBe(events.length - 1)
      expect(events.reduce(cart.evolve, cart.initial)).toEqual(carts.state('k'))
    }),
  )
})
