import { derivedId } from '../processors/ids'
import type { OrderCommand } from '../schemas/generated/order-command'
import type { Order } from '../schemas/generated/order-outcome'
import { pricedOrder } from './amounts'
import type { Perform, Performed } from './commanding'
import type { Freshness } from './freshness'
import type { CommandPort } from './ports'
import { invalidRequest, sendProblem } from './problems'
import {
  CancelOrderBody,
  CommandHeaders,
  ConfirmOrderBody,
  CreateOrderBody,
  IdParams,
  OrderView,
  problems,
} from './schemas'
import type { TypedServer } from './typed'
import { etag, orderView } from './views'

export interface OrderCommandRoutes {
  readonly commands: Pick<CommandPort, 'order'>
  readonly fresh: Pick<Freshness, 'remember'>
  readonly perform: Perform
  readonly newId: () => string
}

type Bare<C> = C extends OrderCommand ? Omit<C, 'commandId' | 'expectedVersion'> : never

interface Asked {
  readonly orderId: string
  readonly headers: CommandHeaders
  readonly idempotencyKey: string
  readonly command: Bare<OrderCommand>
}

const tags = ['orders']

export function orderCommandRoutes(app: TypedServer, { commands, fresh, perform, newId }: OrderCommandRoutes): void {
  async function ask({ orderId, headers, idempotencyKey, command }: Asked): Promise<Performed<Order>> {
    const commandId = derivedId(command.commandType, orderId, idempotencyKey)
    const performed = await perform<Order>({
      commandId,
      idempotencyKey,
      ifMatch: headers['if-match'],
      send: (expectedVersion) => commands.order(orderId, { ...command, commandId, expectedVersion }),
    })
    if ('state' in performed) fresh.remember(orderId, performed.version)
    return performed
  }

  app.post('/api/orders', {
    schema: {
      tags,
      summary: 'Create an order',
      body: CreateOrderBody,
      headers: CommandHeaders,
      response: { 201: OrderView, ...problems },
    },
    handler: async (request, reply) => {
      const { customerId, restaurantId, deliveryAddress = null } = request.body
      const priced = pricedOrder(request.body)
      if ('faults' in priced) return sendProblem(request, reply, invalidRequest(priced.faults))
      const { headers } = request
      const idempotencyKey = headers['idempotency-key'] ?? newId()
      // The customer is part of the id: two customers who choose the same key do not get each other's order.
      const orderId = derivedId('order', customerId, idempotencyKey)
      const command = { commandType: 'CreateOrder', customerId, restaurantId, ...priced, deliveryAddress } as const
      const performed = await ask({ orderId, headers, idempotencyKey, command })
      if ('problem' in performed) return sendProblem(request, reply, performed.problem)
      reply.headers({ location: `/api/orders/${orderId}`, etag: etag(performed.version) })
      return reply.code(201).send(orderView(performed.state))
    },
  })

  app.post('/api/orders/:id/confirm', {
    schema: {
      tags,
      summary: 'Confirm an order with a payment',
      params: IdParams,
      body: ConfirmOrderBody,
      headers: CommandHeaders,
      response: { 200: OrderView, ...problems },
    },
    handler: async (request, reply) => {
      const { headers, params, body } = request
      const command = { commandType: 'ConfirmOrder', paymentId: body.paymentId } as const
      const performed = await ask({
        orderId: params.id,
        headers,
        idempotencyKey: headers['idempotency-key'] ?? newId(),
        command,
      })
      if ('problem' in performed) return sendProblem(request, reply, performed.problem)
      return reply.header('etag', etag(performed.version)).send(orderView(performed.state))
    },
  })

  app.post('/api/orders/:id/cancel', {
    schema: {
      tags,
      summary: 'Cancel an order before it is dispatched',
      params: IdParams,
      body: CancelOrderBody,
      headers: CommandHeaders,
      response: { 200: OrderView, ...problems },
    },
    handler: async (request, reply) => {
      const { headers, params, body } = request
      const command = { commandType: 'CancelOrder', reason: body.reason } as const
      const performed = await ask({
        orderId: params.id,
        headers,
        idempotencyKey: headers['idempotency-key'] ?? newId(),
        command,
      })
      if ('problem' in performed) return sendProblem(request, reply, performed.problem)
      return reply.header('etag', etag(performed.version)).send(orderView(performed.state))
    },
  })
}
