import { stream } from '../dsl/stream'
import type { Aggregate, CommandEnvelope, Decider, EventEnvelope, Outcome } from '../graph/decider'
import { refuse } from '../graph/decider'
import { topology } from '../graph/topology'
import { json, string } from '../serdes'
import { keyValueStore } from '../stores'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'

interface Add extends CommandEnvelope {
  readonly add: readonly number[]
}
interface Added extends EventEnvelope {
  readonly amount: number
}

const sum: Decider<number, Add, Added> = {
  initial: 0,
  decide: ({ add }, total) =>
    add.some((amount) => amount < 0)
      ? refuse('NEGATIVE', `cannot add below zero to ${total}`)
      : add.map((amount) => ({ amount })),
  evolve: (total, { amount }) => total + amount,
}
const commands = topic('commands', { key: string, value: json<Add>() })
const events = topic('events', { key: string, value: json<Added>() })
const outcomes = topic('outcomes', { key: string, value: json<Outcome<number>>() })
const sums = keyValueStore('sums', { key: string, value: json<Aggregate<number>>() })
const decided = stream(commands).decide(sums, sum)
const adding = topology('adding', [decided.events.to(events), decided.outcomes.to(outcomes)])

function command(commandId: string, add: readonly number[], expectedVersion: number | null = null): Add {
  return { commandId, expectedVersion, add }
}

describe('decide', () => {
  const open = () => {
    const driver = testDriver(adding, { initialWallClock: 7 })
    const input = driver.input(commands)
    return {
      driver,
      send: (key: string, sent: Add, timestamp = 3) => input.pipe(key, sent, { timestamp }),
      events: () =>
        driver
          .output(events)
          .read()
          .map(({ value }) => value),
      outcomes: () =>
        driver
          .output(outcomes)
          .read()
          .map(({ value }) => value),
    }
  }

  test('stamps events with versions that rise by one and ids that repeat on a repeat', () => {
    const { send, events: read } = open()
    send('a', command('c1', [1, 2]))
    send('b', command('c2', [5]))
    send('a', command('c3', [3]))
    const first = read()
    expect(
      first.map(({ aggregateId, version, amount, causationId, occurredOn }) => [
        aggregateId,
        version,
        amount,
        causationId,
        occurredOn,
      ]),
    ).toEqual([
      ['a', 1, 1, 'c1', 7],
      ['a', 2, 2, 'c1', 7],
      ['b', 1, 5, 'c2', 7],
      ['a', 3, 3, 'c3', 7],
    ])
    expect(new Set(first.map(({ eventId }) => eventId)).size).toBe(4)
    const again = open()
    again.send('a', command('c1', [1, 2]))
    expect(again.events().map(({ eventId }) => eventId)).toEqual(first.slice(0, 2).map(({ eventId }) => eventId))
    expect(first[0]!.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('answers a command handled before and changes nothing, also after a restart from the changelog', () => {
    const { driver, send, events: read, outcomes: answers } = open()
    send('a', command('c1', [1]))
    driver.restart()
    send('a', command('c1', [1]))
    expect(read()).toHaveLength(1)
    expect(answers()).toEqual([
      { commandId: 'c1', accepted: true, version: 1, refusal: null, state: 1 },
      { commandId: 'c1', accepted: true, version: 1, refusal: null, state: 1 },
    ])
  })

  test('refuses another expected version and what the decider refuses, without an event', () => {
    const { send, events: read, outcomes: answers } = open()
    send('a', command('c1', [1], 0))
    send('a', command('c2', [1], 0))
    send('a', command('c3', [-1]))
    expect(read()).toHaveLength(1)
    expect(answers().map(({ accepted, version, refusal }) => [accepted, version, refusal?.code])).toEqual([
      [true, 1, undefined],
      [false, 1, 'VERSION_CONFLICT'],
      [false, 1, 'NEGATIVE'],
    ])
  })

  test('the store is the fold of the events', () => {
    const { driver, send, events: read } = open()
    send('a', command('c1', [1, 2]))
    send('a', command('c2', [4]))
    const folded = read().reduce((total, event) => sum.evolve(total, event), sum.initial)
    expect(driver.store(sums).get('a')).toEqual({ version: 3, state: folded, handled: ['c1', 'c2'] })
  })
})
