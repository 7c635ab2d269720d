import type { LogRecord } from 'millrace'
import type { Operation } from '../load'
import { checkBuried, checkDoubled, checkLost, checkOrder } from './checks'
import type { EffectRecord, Evidence, InputRecord } from './evidence'

const input = (offset: number, text: string, poison = false): InputRecord => ({
  topic: 'commands',
  partition: 0,
  offset,
  key: 'key',
  bytes: Buffer.from(text),
  command: poison ? undefined : { n: offset, group: 'group' },
})
const effect = (offset: number, count: number): EffectRecord => ({
  key: 'key',
  effect: { n: offset, group: 'group', partition: 0, offset, count },
})
const letter = (offset: number, text: string): LogRecord => ({
  offset: 0,
  timestamp: 0,
  key: Buffer.from('key'),
  value: Buffer.from(text),
  headers: [
    { key: '__streams.errors.partition', value: Buffer.from('0') },
    { key: '__streams.errors.offset', value: Buffer.from(String(offset)) },
  ],
})
const operation = (offset: number, text: string): Operation => ({
  n: offset,
  key: 'key',
  bytes: Buffer.from(text),
  kind: 'command',
  result: 'ok',
  place: { partition: 0, offset },
})

const good: Evidence = {
  input: [[input(0, 'a'), input(1, 'b'), input(2, 'poison', true)]],
  effects: [[effect(0, 1), effect(1, 2)]],
  deadLetters: [letter(2, 'poison')],
  changelogs: new Map(),
  beginnings: new Map(),
  regrouped: [],
  copies: [],
  damaged: [],
}
const acknowledged = [operation(0, 'a'), operation(1, 'b'), operation(2, 'poison')]
const check = (evidence: Partial<Evidence>, exact = true, operations: readonly Operation[] = acknowledged) => {
  const options = { evidence: { ...good, ...evidence }, operations, exact }
  const violations = [checkLost, checkDoubled, checkOrder, checkBuried].flatMap((one) => one(options))
  return violations.map((violation) => violation.check).join('')
}

test('what happened as promised is no violation', () => expect(check({})).toBe(''))

test.each<[string, string, Partial<Evidence>]>([
  ['a command without an effect', 'L', { effects: [[effect(0, 1)]] }],
  ['two effects of one command', 'DO', { effects: [[effect(0, 1), effect(1, 2), effect(1, 2)]] }],
  ['an effect of poison', 'D', { effects: [[effect(0, 1), effect(1, 2), effect(2, 3)]] }],
  ['effects out of order', 'O', { effects: [[effect(1, 1), effect(0, 2)]] }],
  ['an effect numbered by a state that has forgotten', 'O', { effects: [[effect(0, 1), effect(1, 1)]] }],
  ['poison that is not in the dead letters', 'Q', { deadLetters: [] }],
  ['poison that is there twice', 'Q', { deadLetters: [letter(2, 'poison'), letter(2, 'poison')] }],
  ['poison with other bytes', 'Q', { deadLetters: [letter(2, 'poisoned')] }],
  ['a dead letter of a sound command', 'Q', { deadLetters: [letter(2, 'poison'), letter(1, 'b')] }],
])('%s is one', (_, expected, evidence) => expect(check(evidence)).toBe(expected))

test('an acknowledged operation that is not in the input is one', () => {
  expect(check({}, true, [...acknowledged, operation(3, 'c')])).toBe('L')
})

test('at-least-once may repeat, but not forget', () => {
  const repeated = { effects: [[effect(0, 1), effect(1, 2), effect(0, 3), effect(1, 4)]] }
  expect(check({ ...repeated, deadLetters: [letter(2, 'poison'), letter(2, 'poison')] }, false)).toBe('')
  expect(check({ effects: [[effect(0, 1), effect(0, 2)]] }, false)).toBe('L')
})
