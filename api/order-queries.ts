import type { FastifyReply } from 'fastify'
import type { OrderReadModel } from '../readmodel/port'
import { cursorOf, positionOf } from './cursor'
import type { Freshness } from './freshness'
import { invalidRequest, type ProblemOptions, sendProblem, unavailable } from './problems'
import { HistoryView, IdParams, ListQuery, OrderListView, OrderView, problems, ReadHeaders } from './schemas'
import type { TypedServer } from './typed'
import { etag, eventView, orderView } from './views'

export interface OrderQueryRoutes {
  readonly orders: Pick<OrderReadModel, 'list' | 'events'>
  readonly fresh: Pick<Freshness, 'get' | 'knows'>
}

const tags = ['orders']

export function orderQueryRoutes(app: TypedServer, { orders, fresh }: OrderQueryRoutes): void {
  /** An order that was created a moment ago exists, and must not be denied because the read model is late. */
  function absent(orderId: string): ProblemOptions {
    if (fresh.knows(orderId)) return unavailable(`order ${orderId} exists, but the read model has not come to it yet`)
    return { status: 404, code: 'ORDER_UNKNOWN', detail: 'there is no such order' }
  }

  app.get('/api/orders/:id', {
    schema: {
      tags,
      summary: 'An order',
      params: IdParams,
      headers: ReadHeaders,
      response: { 200: OrderView, ...problems },
    },
    handler: async (request, reply) => {
      const order = await fresh.get(request.params.id)
      if (order === undefined) return sendProblem(request, reply, absent(request.params.id))
      const tag = etag(order.version)
      reply.header('etag', tag)
      if (named(request.headers['if-none-match'], tag)) return notModified(reply)
      return reply.send(orderView(order))
    },
  })

  app.get('/api/orders', {
    schema: {
      tags,
      summary: 'Orders, the newest first',
      querystring: ListQuery,
      response: { 200: OrderListView, ...problems },
    },
    handler: async (request, reply) => {
      const { after, limit = 50, ...filter } = request.query
      const position = after === undefined ? undefined : positionOf(after)
      if (after !== undefined && position === undefined) {
        return sendProblem(
          request,
          reply,
          invalidRequest([{ field: 'after', message: 'must be the `next` of another page' }]),
        )
      }
      const page = await orders.list({ ...filter, limit, ...(position && { after: position }) })
      return reply.send({ orders: page.orders.map(orderView), next: page.next === null ? null : cursorOf(page.next) })
    },
  })

  app.get('/api/orders/:id/events', {
    schema: {
      tags,
      summary: 'The history of an order, by version',
      params: IdParams,
      response: { 200: HistoryView, ...problems },
    },
    handler: async (request, reply) => {
      const orderId = request.params.id
      await fresh.get(orderId)
      const events = await orders.events(orderId)
      if (events.length === 0) return sendProblem(request, reply, absent(orderId))
      return reply.send({ orderId, events: events.map(eventView) })
    },
  })
}

/** RFC 9110, section 13.1.2: any of the tags, compared weakly, or `*`. */
function named(ifNoneMatch: string | undefined, tag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((each) => each.trim().replace(/^W\//, '')) ?? []
  return tags.includes(tag) || tags.includes('*')
}

/** No body, and so no schema of one. */
function notModified(reply: FastifyReply): FastifyReply {
  return reply.code(304).send()
}
