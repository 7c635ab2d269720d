import { stream } from '../dsl/stream'
import { OutageError, TerminalError } from '../errors'
import type { MapAsyncOptions } from '../graph/specs/async'
import { topology } from '../graph/topology'
import { string } from '../serdes'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'

const input = topic('in', { key: string, value: string })
const output = topic('out', { key: string, value: string })

function open(
  call: (value: string, key: string, signal: AbortSignal) => Promise<string>,
  options: MapAsyncOptions = {},
) {
  const driver = testDriver(topology('calls', [stream(input).mapAsync('call', call, options).to(output)]))
  return {
    driver,
    pipe: (key: string, value: string) => driver.input(input).pipe(key, value),
    read: () =>
      driver
        .output(output)
        .read()
        .map(({ key, value }) => `${key}=${value}`),
    dead: () => driver.deadLetters(input).read(),
  }
}

/** A call that ends when it is told to. */
function gate() {
  const waiting = new Map<string, (value: string) => void>()
  return {
    call: (value: string) => new Promise<string>((resolve) => waiting.set(value, resolve)),
    open: (value: string) => waiting.get(value)!(value.toUpperCase()),
    has: (value: string) => waiting.has(value),
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('mapAsync', () => {
  test('keeps the order of a key, while keys overtake each other', async () => {
    const gates = gate()
    const { driver, pipe, read } = open(gates.call)
    pipe('a', 'a1')
    pipe('a', 'a2')
    pipe('b', 'b1')
    expect(gates.has('a2')).toBe(false)
    gates.open('b1')
    await turn()
    gates.open('a1')
    await turn()
    gates.open('a2')
    await driver.settle()
    expect(read()).toEqual(['b=B1', 'a=A1', 'a=A2'])
  })

  test('takes no further input while `capacity` calls are under way', async () => {
    const gates = gate()
    const { driver, pipe, read } = open(gates.call, { capacity: 2 })
    for (const value of ['x', 'y', 'z']) pipe(value, value)
    expect(gates.has('z')).toBe(false)
    gates.open('x')
    await turn()
    pipe('w', 'w')
    expect(gates.has('z')).toBe(true)
    for (const value of ['y', 'z']) gates.open(value)
    await turn()
    pipe('v', 'v')
    for (const value of ['w', 'v']) gates.open(value)
    await driver.settle()
    expect(read()).toEqual(['x=X', 'y=Y', 'z=Z', 'w=W', 'v=V'])
  })

  test('tries again by the policy, then the source record goes to the dead letters with the number of attempts', async () => {
    let calls = 0
    const { driver, pipe, read, dead } = open(
      async (value) => {
        calls += 1
        if (value === 'bad') throw new Error('no luck')
        return value
      },
      { retry: { delaysMs: [1_000, 2_000, 4_000] } },
    )
    pipe('a', 'bad')
    pipe('b', 'good')
    await driver.settle()
    expect(calls).toBe(5)
    expect(driver.wallClock).toBe(7_000)
    expect(read()).toEqual(['b=good'])
    const [letter, ...others] = dead()
    expect(others).toEqual([])
    expect(letter!.value).toEqual(Buffer.from('bad'))
    const headers = new Map(letter!.headers.map(({ key, value }) => [key, value?.toString()]))
    expect(headers.get('millrace.errors.attempts')).toBe('4')
    expect(headers.get('__streams.errors.message')).toBe('no luck')
    expect(headers.get('__streams.errors.topic')).toBe('in')
  })

  test('does not try a TerminalError again', async () => {
    let calls = 0
    const { driver, pipe, dead } = open(
      async () => {
        calls += 1
        throw new TerminalError('PROCESSING_FAILED', 'never')
      },
      { retry: { delaysMs: [1, 1] } },
    )
    pipe('a', 'x')
    await driver.settle()
    expect([calls, dead().length]).toEqual([1, 1])
  })

  test('waits an outage out without counting it, and drops nothing', async () => {
    let calls = 0
    const { driver, pipe, read, dead } = open(async (value) => {
      calls += 1
      if (calls < 20) throw new OutageError('STATE_UNAVAILABLE', 'down')
      return value
    })
    pipe('a', 'x')
    await driver.settle()
    expect([read(), dead(), calls]).toEqual([['a=x'], [], 20])
  })

  test('a call that outlives its timeout is aborted and fails', async () => {
    let aborted = false
    const { driver, pipe, dead } = open(
      (_value, _key, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true
          })
        }),
      { timeoutMs: 5 },
    )
    pipe('a', 'x')
    await driver.settle()
    expect([aborted, dead().length]).toEqual([true, 1])
  })

  test('offsets are committed only after the calls they stand for', async () => {
    const gates = gate()
    const { driver, pipe, read } = open(gates.call)
    pipe('a', 'x')
    driver.restart()
    expect(gates.has('x')).toBe(true)
    gates.open('x')
    await driver.settle()
    expect(read()).toEqual(['a=X'])
  })
})
