import { setTimeout as sleep } from 'node:timers/promises'

export interface CreatedOrder {
  readonly orderId: string
  /** Tells the orders of one run from what else a log holds. */
  readonly run: string
  readonly declined: boolean
}

export interface LoadOptions {
  /** Asked for each request: the processes that are up now. */
  readonly urls: () => readonly string[]
  readonly count: number
  readonly concurrency: number
  /** Called after each order with how many there are. */
  readonly onCreated?: (created: number) => void
}

/** Every tenth customer's payment is declined. */
const isDeclined = (index: number) => index % 10 === 3

/**
 * Creates orders as a careful client does: each with an Idempotency-Key, tried again under the same key, at any process,
 * until it is answered. So each acknowledged order must exist once.
 */
export async function createOrders({
  urls,
  count,
  concurrency,
  onCreated,
}: LoadOptions): Promise<readonly CreatedOrder[]> {
  const run = `${Date.now()}-${Math.floor(Math.random() * 1e9)}`
  const created: CreatedOrder[] = []
  let next = 0
  const client = async () => {
    while (next < count) {
      const index = next++
      created.push({ orderId: await createOrder(urls, index, run), run, declined: isDeclined(index) })
      onCreated?.(created.length)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, client))
  return created
}

async function createOrder(urls: () => readonly string[], index: number, run: string): Promise<string> {
  const body = JSON.stringify({
    customerId: isDeclined(index) ? `declined-${index}-${run}` : `customer-${index % 17}-${run}`,
    restaurantId: `restaurant-${index % 5}`,
    totalAmount: 45.99,
    items: [{ menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }],
  })
  for (let attempt = 0; ; attempt += 1) {
    const all = urls()
    const url = all[(index + attempt) % all.length]!
    try {
      const response = await fetch(`${url}/api/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `${run}-${index}` },
        body,
        signal: AbortSignal.timeout(15_000),
      })
      const answer = (await response.json()) as { readonly orderId?: string }
      if ((response.status === 201 || response.status === 200) && answer.orderId !== undefined) return answer.orderId
      if (response.status < 500)
        throw new Error(`order ${index} was refused: ${response.status} ${JSON.stringify(answer)}`)
    } catch (error) {
      if (error instanceof Error && error.message.includes('was refused')) throw error
    }
    await sleep(100)
  }
}

/** Waits until every order has come to its end by what the API says. */
export async function untilEnded(url: string, orders: readonly CreatedOrder[]): Promise<void> {
  let open = orders
  while (open.length > 0) {
    const still = await Promise.all(open.map(async (order) => ((await hasEnded(url, order)) ? [] : [order])))
    open = still.flat()
    if (open.length > 0) await sleep(200)
  }
}

async function hasEnded(url: string, { orderId, declined }: CreatedOrder): Promise<boolean> {
  const response = await fetch(`${url}/api/orders/${orderId}`)
  if (!response.ok) return false
  const { status } = (await response.json()) as { readonly status: string }
  return status === (declined ? 'cancelled' : 'delivered')
}
