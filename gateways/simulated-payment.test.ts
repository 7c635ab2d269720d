import fc from 'fast-check'
import { MillraceError, TerminalError } from 'millrace'
import { seededRandom } from './random'
import { type SimulatedPaymentOptions, simulatedPaymentGateway } from './simulated-payment'

/** A clock on which sleeping takes no time, and that remembers how long it was asked to. */
function restlessClock() {
  const slept: number[] = []
  return { slept, now: () => 0, sleep: async (ms: number) => void slept.push(ms) }
}

function gateway(options: Partial<SimulatedPaymentOptions> = {}) {
  return simulatedPaymentGateway({
    declineAbove: '1000.00',
    latencyMs: 0,
    failureRate: 0,
    clock: restlessClock(),
    random: seededRandom(1),
    ...options,
  })
}

const charge = { orderId: 'order-1', customerId: 'ann', amount: '45.99' }
const { signal } = new AbortController()

describe('the simulated payment gateway', () => {
  test('approves a charge, with a payment id that a repeat gets again', async () => {
    const first = await gateway().charge(charge, signal)
    expect(first).toEqual({ approved: true, paymentId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/) })
    expect(await gateway({ random: seededRandom(2) }).charge(charge, signal)).toEqual(first)
    expect(await gateway().charge({ ...charge, orderId: 'order-2' }, signal)).not.toEqual(first)
  })

  test('declines above the limit, not at it', async () => {
    expect(await gateway().charge({ ...charge, amount: '1000.00' }, signal)).toMatchObject({ approved: true })
    expect(await gateway().charge({ ...charge, amount: '1000.01' }, signal)).toEqual({
      approved: false,
      reason: 'the amount 1000.01 is above the limit of the card',
    })
  })

  test('declines customers whose id begins with "declined"', async () => {
    expect(await gateway().charge({ ...charge, customerId: 'declined-bob' }, signal)).toMatchObject({ approved: false })
    expect(await gateway().charge({ ...charge, customerId: 'bob-declined' }, signal)).toMatchObject({ approved: true })
  })

  test('a refund gets the same refund id each time', async () => {
    const refund = { orderId: 'order-1', paymentId: 'p-1', amount: '45.99' }
    const { refundId } = await gateway().refund(refund, signal)
    expect(await gateway().refund(refund, signal)).toEqual({ refundId })
  })

  test('takes its time on the clock it was given', async () => {
    const clock = restlessClock()
    await gateway({ clock, latencyMs: 250 }).charge(charge, signal)
    expect(clock.slept).toEqual([250])
  })

  test('gives up when the caller has', async () => {
    const caller = new AbortController()
    caller.abort(new Error('too late'))
    await expect(gateway().charge(charge, caller.signal)).rejects.toThrow('too late')
  })

  test('fails at the given rate with an error worth another attempt', async () => {
    const always = gateway({ failureRate: 1 })
    const error: unknown = await always.charge(charge, signal).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).not.toBeInstanceOf(TerminalError)

    const sometimes = gateway({ failureRate: 0.25, random: seededRandom(7) })
    const calls = Array.from({ length: 2_000 }, () =>
      sometimes.charge(charge, signal).then(
        () => 0,
        () => 1,
      ),
    )
    const failures = (await Promise.all(calls)).reduce<number>((sum, failed) => sum + failed, 0)
    expect(failures).toBeGreaterThan(400)
    expect(failures).toBeLessThan(600)
  })

  test('however many attempts it takes, one order is charged under one payment id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.uuid(), async (seed, orderId) => {
        const flaky = gateway({ failureRate: 0.7, random: seededRandom(seed) })
        const paymentIds = new Set<string>()
        for (let attempt = 0; attempt < 20; attempt++) {
          const result = await flaky.charge({ ...charge, orderId }, signal).catch(() => undefined)
          if (result?.approved) paymentIds.add(result.paymentId)
        }
        expect(paymentIds.size).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('seeded random', () => {
  test('repeats itself, stays in [0, 1) and differs by seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [a, b] = [seededRandom(seed), seededRandom(seed)]
        for (let i = 0; i < 50; i++) {
          const value = a()
          expect(value).toBe(b())
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThan(1)
        }
        expect(seededRandom(seed)()).not.toBe(seededRandom(seed + 1)())
      }),
    )
  })
})
