import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { type ApiOptions, createApi } from '../api/server'
import { cart } from '../processors/cart'
import { order } from '../processors/order'
import { orderOf, withoutMoney } from '../processors/order-state'
import type { OrderReadModel } from '../readmodel/port'
import type { OrderEvent } from '../schemas/generated/order-event'
import type { Order } from '../schemas/generated/order-outcome'
import type { AnyOrderCommand } from '../schemas/internal-commands'
import { inMemory } from './deciding'

export interface FakePlatform {
  readonly app: FastifyInstance
  /** Every event of every order, in the order in which they were decided. */
  events(): readonly OrderEvent[]
  cartEvents(cartId: string): readonly unknown[]
  /** What the later stages would report. */
  report(orderId: string, command: AnyOrderCommand): void
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
}

/** The API on the real deciders, in memory: commands are decided at once, and the read model is the deciders' own state. */
export async function fakePlatform(options: Partial<ApiOptions> = {}): Promise<FakePlatform> {
  const [orders, carts] = [inMemory(order), inMemory(cart)]
  const ids = new Set<string>()
  const log: OrderEvent[] = []
  let lastId = 0

  const decide = (orderId: string, command: AnyOrderCommand) => {
    ids.add(orderId)
    const before = orders.events(orderId).length
    const outcome = orders.handle(orderId, command)
    log.push(...orders.events(orderId).slice(before))
    return withoutMoney(outcome)
  }
  const readModel: Pick<OrderReadModel, 'get' | 'list' | 'events'> = {
    get: async (orderId) => orderOf(orders.state(orderId)) ?? undefined,
    list: async (query) =>
      listOf(
        [...ids].flatMap((id) => orderOf(orders.state(id)) ?? []),
        query,
      ),
    events: async (orderId) => orders.events(orderId),
  }
  const app = await createApi({
    commands: {
      order: async (orderId, command) => decide(orderId, command),
      cart: async (cartId, command) => carts.handle(cartId, command),
    },
    orders: readModel,
    carts: { get: async (cartId) => carts.state(cartId) ?? undefined },
    readiness: () => ({ ready: true }),
    metrics: () => 'up 1\n',
    logger: pino({ level: 'silent' }),
    newId: () => `generated-${lastId++}`,
    ...options,
  })
  return {
    app,
    events: () => log,
    cartEvents: (cartId) => carts.events(cartId),
    report: decide,
    inject: (request) => app.inject(request),
  }
}

function listOf(
  orders: readonly Order[],
  query: Parameters<OrderReadModel['list']>[0],
): Awaited<ReturnType<OrderReadModel['list']>> {
  const { customerId, status, limit, after } = query
  const found = orders
    .filter((each) => (customerId ?? each.customerId) === each.customerId && (status ?? each.status) === each.status)
    .sort((a, b) => b.createdAt - a.createdAt)
    .filter((each) => after === undefined || each.createdAt < after.createdAt)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    orders: page,
    next: found.length > limit && last ? { createdAt: last.createdAt, orderId: last.orderId } : null,
  }
}
