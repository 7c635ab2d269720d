import { joinStores } from '../../../dsl/join-stores'
import { type Stream, stream } from '../../../dsl/stream'
import { type JoinWindows, type WithinOptions, within } from '../../../dsl/within'
import { topology } from '../../../graph/topology'
import { json, string } from '../../../serdes'
import { type Scenario, type Scenarios, topics } from '../scenario'
import { jsons, texts } from '../topics'

type Kind = 'join' | 'leftJoin' | 'outerJoin'

const joinedTexts = joinStores('joined', { key: string, left: string, right: string })
const plus = (left: string | null, right: string | null) => `${left}+${right}`

/** The verbs take more than streams, so a union of them is not callable. */
function joinedBy(kind: Kind, left: Stream<string | null, string | null>, right: typeof left, window: JoinWindows) {
  switch (kind) {
    case 'join':
      return left.join(right, plus, window, joinedTexts)
    case 'leftJoin':
      return left.leftJoin(right, plus, window, joinedTexts)
    case 'outerJoin':
      return left.outerJoin(right, plus, window, joinedTexts)
  }
}

/** left and right, joined, to out. */
const textJoin =
  (name: string, kind: Kind, window: WithinOptions): (() => Scenario) =>
  () => {
    const left = texts('left')
    const right = texts('right')
    const out = texts('out')
    const joined = joinedBy(kind, stream(left), stream(right), within(window))
    return { topology: topology(name, [joined.to(out)]), topics: topics(left, right, out) }
  }

interface OrderEvent {
  readonly type: string
  readonly customer?: string
  readonly amount?: number
}

const orderStores = joinStores('open-orders', { key: string, left: json<OrderEvent>(), right: json<OrderEvent>() })

/** The creations and the payments among the events, joined, to `output`. */
const orderJoin =
  <R>(
    name: string,
    output: string,
    join: (
      created: Stream<string | null, OrderEvent>,
      paid: Stream<string | null, OrderEvent>,
    ) => Stream<string | null, R>,
  ) =>
  (): Scenario => {
    const events = jsons<OrderEvent>('events')
    const out = jsons<R>(output)
    const ofType = (type: string) =>
      stream(events).filter((event): event is OrderEvent => event !== null && event.type === type)
    const joined = join(ofType('OrderCreated'), ofType('PaymentProcessed'))
    return { topology: topology(name, [joined.to(out)]), topics: topics(events, out) }
  }

export const scenarios: Scenarios = {
  'stream-stream-join': textJoin('stream-stream-join', 'join', { ms: 1000, grace: { ms: 500 } }),
  'stream-stream-join-no-grace': textJoin('stream-stream-join-no-grace', 'join', { ms: 600 }),
  'stream-stream-join-asymmetric': textJoin('stream-stream-join-asymmetric', 'join', {
    before: { ms: 0 },
    after: { ms: 1000 },
    grace: { ms: 300 },
  }),
  'stream-stream-self-join': () => {
    const input = texts('in')
    const out = texts('out')
    const source = stream(input)
    const joined = source.join(source, plus, within({ ms: 400, grace: { ms: 200 } }), joinedTexts)
    return { topology: topology('stream-stream-self-join', [joined.to(out)]), topics: topics(input, out) }
  },
  'stream-stream-left-join': textJoin('stream-stream-left-join', 'leftJoin', { ms: 1000, grace: { ms: 500 } }),
  'stream-stream-outer-join': textJoin('stream-stream-outer-join', 'outerJoin', { ms: 1000, grace: { ms: 500 } }),
  'stream-stream-left-join-asymmetric': textJoin('stream-stream-left-join-asymmetric', 'leftJoin', {
    before: { ms: 200 },
    after: { ms: 800 },
  }),
  'stream-stream-outer-join-throttled': textJoin('stream-stream-outer-join-throttled', 'outerJoin', {
    ms: 500,
    grace: { ms: 100 },
    emitEvery: { ms: 1000 },
  }),
  'orders-dispatch': orderJoin('orders-dispatch', 'dispatch', (created, paid) =>
    created.join(
      paid,
      (order, payment, id) => ({
        type: 'OrderDispatched',
        order: id,
        customer: order.customer,
        paid: payment.amount,
      }),
      within({ minutes: 5, grace: { minutes: 1 } }),
      orderStores,
    ),
  ),
  'orders-unpaid': orderJoin('orders-unpaid', 'result', (created, paid) =>
    created.leftJoin(
      paid,
      (order, payment) => ({ status: payment === null ? 'UNPAID' : 'PAID', customer: order.customer }),
      within({ minutes: 5, before: { ms: 0 }, grace: { seconds: 30 } }),
      orderStores,
    ),
  ),
}
