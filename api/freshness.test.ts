import type { Order } from '../schemas/generated/order-outcome'
import { freshness } from './freshness'

/** A read model that can be brought forward, and a clock on which sleeping only lets others run. */
function fixture(capacity = 10) {
  const versions = new Map<string, number>()
  let now = 0
  let looks = 0
  const fresh = freshness({
    orders: {
      get: async (orderId) => {
        looks++
        const version = versions.get(orderId)
        return version === undefined ? undefined : ({ orderId, version } as Order)
      },
    },
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms
        await Promise.resolve()
      },
    },
    patienceMs: 2_000,
    capacity,
  })
  return { fresh, versions, looks: () => looks, now: () => now }
}

describe('reading what was written', () => {
  test('asks once for an order nobody has written through here', async () => {
    const { fresh, looks } = fixture()
    expect(await fresh.get('o-1')).toBeUndefined()
    expect([looks(), fresh.knows('o-1')]).toEqual([1, false])
  })

  test('waits until the read model has the version', async () => {
    const { fresh, versions, now } = fixture()
    versions.set('o-1', 1)
    fresh.remember('o-1', 3)
    const reading = fresh.get('o-1')
    await Promise.resolve()
    versions.set('o-1', 3)
    expect(await reading).toMatchObject({ version: 3 })
    expect(now()).toBeLessThan(2_000)
  })

  test('has patience for so long, and then gives what there is', async () => {
    const { fresh, versions, now } = fixture()
    versions.set('o-1', 1)
    fresh.remember('o-1', 3)
    fresh.remember('o-2', 1)
    expect(await fresh.get('o-1')).toMatchObject({ version: 1 })
    expect(now()).toBeGreaterThanOrEqual(2_000)
    expect(await fresh.get('o-2')).toBeUndefined()
    expect(fresh.knows('o-2')).toBe(true)
  })

  test('never waits for an older version than it once remembered', async () => {
    const { fresh, versions } = fixture()
    fresh.remember('o-1', 3)
    fresh.remember('o-1', 2)
    versions.set('o-1', 2)
    const reading = fresh.get('o-1')
    versions.set('o-1', 3)
    expect(await reading).toMatchObject({ version: 3 })
  })

  test('remembers a bounded number of orders, the latest', () => {
    const { fresh } = fixture(2)
    fresh.remember('o-1', 1)
    fresh.remember('o-2', 1)
    fresh.remember('o-1', 2)
    fresh.remember('o-3', 1)
    expect(['o-1', 'o-2', 'o-3'].map(fresh.knows)).toEqual([true, false, true])
  })
})
