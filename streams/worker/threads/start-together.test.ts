import { type Clock, systemClock } from '../../clock'
import type { FromThread, ToThread } from './messages'
import { startTogether } from './start-together'
import type { ThreadHandle } from './thread-handle'

interface FakeThread extends ThreadHandle {
  readonly told: readonly ToThread['type'][]
  say(message: FromThread): void
  exit(code: number): void
}

function fakeThread(): FakeThread {
  const told: ToThread['type'][] = []
  const messages: ((message: FromThread) => void)[] = []
  const exits: ((code: number, error: unknown) => void)[] = []
  return {
    told,
    tell: ({ type }) => void told.push(type),
    onMessage: (listener) => void messages.push(listener),
    onExit: (listener) => void exits.push(listener),
    terminate: async () => undefined,
    say: (message) => {
      for (const listener of messages) listener(message)
    },
    exit: (code) => {
      for (const listener of exits) listener(code, undefined)
    },
  }
}

/** All that can happen without a timer has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('threads that start together', () => {
  const handles = [fakeThread(), fakeThread(), fakeThread()]
  const [first, second, third] = handles as [FakeThread, FakeThread, FakeThread]
  let patience: () => void = () => undefined
  const clock: Clock = {
    ...systemClock,
    sleep: () =>
      new Promise<void>((resolve) => {
        patience = resolve
      }),
  }
  let starting: Promise<void>
  const begin = (threads: readonly FakeThread[]) => {
    starting = startTogether({ handles: threads, clock, stopping: new AbortController().signal })
    return settled()
  }

  test('begin after the first, join when all are ready to, and resolve when all have begun to', async () => {
    await begin(handles)
    expect(handles.map(({ told }) => told)).toEqual([['start'], [], []])
    first.say({ type: 'ready' })
    await settled()
    expect([second.told, third.told]).toEqual([['start'], ['start']])
    second.say({ type: 'ready' })
    await settled()
    expect(first.told).toEqual(['start'])
    third.say({ type: 'ready' })
    await settled()
    expect(handles.map(({ told }) => told)).toEqual(handles.map(() => ['start', 'join']))
    for (const handle of handles) handle.say({ type: 'started' })
    await starting
  })

  test('do not wait long for one that is late, which then may join as soon as it is ready', async () => {
    const [early, late] = [fakeThread(), fakeThread()]
    await begin([early, late])
    early.say({ type: 'ready' })
    await settled()
    expect([early.told, late.told]).toEqual([['start'], ['start']])
    patience()
    await settled()
    expect([early.told, late.told]).toEqual([
      ['start', 'join'],
      ['start', 'join'],
    ])
  })

  test('fail where the first one does, and the others have not begun', async () => {
    const [failing, other] = [fakeThread(), fakeThread()]
    await begin([failing, other])
    failing.say({ type: 'ended', error: { message: 'no topic', stack: undefined, code: 'TOPIC_MISSING' } })
    failing.exit(1)
    await expect(starting).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    expect(other.told).toEqual([])
  })
})
