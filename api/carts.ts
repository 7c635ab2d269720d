import { derivedId } from '../processors/ids'
import type { CartCommand } from '../schemas/generated/cart-command'
import type { Cart } from '../schemas/generated/cart-outcome'
import { amountAt, isFault } from './amounts'
import type { Perform, Performed } from './commanding'
import type { Freshness } from './freshness'
import type { CartReader, CommandPort } from './ports'
import { invalidRequest, sendProblem } from './problems'
import { AddCartItemBody, CartItemParams, CartView, CheckOutBody, CommandHeaders, IdParams, problems } from './schemas'
import type { TypedServer } from './typed'
import { cartView, etag } from './views'

export interface CartRoutes {
  readonly commands: Pick<CommandPort, 'cart'>
  /** Absent where carts cannot be read from here; then there is no `GET /api/carts/:id`. */
  readonly carts?: CartReader
  readonly fresh: Pick<Freshness, 'remember'>
  readonly perform: Perform
  readonly newId: () => string
}

type Bare<C> = C extends CartCommand ? Omit<C, 'commandId' | 'expectedVersion'> : never

const tags = ['carts']
const changed = { 200: CartView, ...problems }

export function cartRoutes(app: TypedServer, { commands, carts, fresh, perform, newId }: CartRoutes): void {
  function ask(cartId: string, headers: CommandHeaders, command: Bare<CartCommand>): Promise<Performed<Cart>> {
    const idempotencyKey = headers['idempotency-key'] ?? newId()
    const commandId = derivedId(command.commandType, cartId, idempotencyKey)
    return perform<Cart>({
      commandId,
      idempotencyKey,
      ifMatch: headers['if-match'],
      send: (expectedVersion) => commands.cart(cartId, { ...command, commandId, expectedVersion }),
    })
  }

  app.post('/api/carts/:id/items', {
    schema: {
      tags,
      summary: 'Put pieces of a menu item into a cart',
      params: IdParams,
      body: AddCartItemBody,
      headers: CommandHeaders,
      response: changed,
    },
    handler: async (request, reply) => {
      const { menuItemId, name, quantity } = request.body
      const price = amountAt('price', request.body.price)
      if (isFault(price)) return sendProblem(request, reply, invalidRequest([price]))
      const command = { commandType: 'AddCartItem', menuItemId, name, price, quantity } as const
      const performed = await ask(request.params.id, request.headers, command)
      if ('problem' in performed) return sendProblem(request, reply, performed.problem)
      return reply.header('etag', etag(performed.version)).send(cartView(performed.state))
    },
  })

  app.delete('/api/carts/:id/items/:menuItemId', {
    schema: {
      tags,
      summary: 'Take a menu item out of a cart',
      params: CartItemParams,
      headers: CommandHeaders,
      response: changed,
    },
    handler: async (request, reply) => {
      const { id, menuItemId } = request.params
      const performed = await ask(id, request.headers, { commandType: 'RemoveCartItem', menuItemId })
      if ('problem' in performed) return sendProblem(request, reply, performed.problem)
      return reply.header('etag', etag(performed.version)).send(cartView(performed.state))
    },
  })

  app.post('/api/carts/:id/checkout', {
    schema: {
      tags,
      summary: 'Turn a cart into an order',
      params: IdParams,
      body: CheckOutBody,
      headers: CommandHeaders,
      response: { 201: CartView, ...problems },
    },
    handler: async (request, reply) => {
      const { customerId, restaurantId, totalAmount: asked = null, deliveryAddress = null } = request.body
      const totalAmount = asked === null ? null : amountAt('totalAmount', asked)
      if (isFault(totalAmount)) return sendProblem(request, reply, invalidRequest([totalAmount]))
      // A cart becomes one order, so the order's id follows from the cart's.
      const orderId = derivedId('order-of-cart', request.params.id)
      const order = { orderId, customerId, restaurantId, totalAmount, deliveryAddress }
      const command = { commandType: 'CheckOutCart', ...order } as const
      const performed = await ask(request.params.id, request.headers, command)
      if ('problem' in performed) return sendProblem(request, reply, performed.problem)
      fresh.remember(orderId, 1)
      reply.headers({ location: `/api/orders/${orderId}`, etag: etag(performed.version) })
      return reply.code(201).send(cartView(performed.state))
    },
  })

  if (carts === undefined) return
  app.get('/api/carts/:id', {
    schema: { tags, summary: 'A cart', params: IdParams, response: changed },
    handler: async (request, reply) => {
      const cart = await carts.get(request.params.id)
      if (cart === undefined)
        return sendProblem(request, reply, { status: 404, code: 'CART_UNKNOWN', detail: 'there is no such cart' })
      return reply.header('etag', etag(cart.version)).send(cartView(cart))
    },
  })
}
