import { FencedError, MillraceError, OutageError, TerminalError } from '../../errors'
import { fromKafkajs, kafkaError, kafkaName, lostError, reactionTo } from './errors'

const kafkajs = require('kafkajs/src/errors')
const { errorCodes, createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  errorCodes: { type: string; code: number; retriable: boolean }[]
  createErrorFromCode(code: number): Error
}

const what = 'sending'

test.each([
  [10, TerminalError, 'RECORD_TOO_LARGE', 'fail'],
  [22, FencedError, 'MEMBER_FENCED', 'fail'],
  [47, FencedError, 'PRODUCER_FENCED', 'fail'],
  [90, FencedError, 'PRODUCER_FENCED', 'fail'],
  [6, OutageError, 'LOG_UNAVAILABLE', 'metadata'],
  [16, OutageError, 'LOG_UNAVAILABLE', 'coordinator'],
  [51, OutageError, 'LOG_UNAVAILABLE', 'concurrent'],
  [3, TerminalError, 'TOPIC_MISSING', 'metadata'],
  [29, TerminalError, 'AUTHORIZATION_FAILED', 'fail'],
  [9_999, OutageError, 'LOG_UNAVAILABLE', 'fail'],
] as const)('code %d is a %p with %s, against which helps: %s', (code, Raised, ours, reaction) => {
  const error = kafkaError(code, { what, details: { topic: 't' } })
  expect(error).toBeInstanceOf(Raised)
  expect(error).toMatchObject({ code: ours, details: { topic: 't' } })
  expect(reactionTo(error)).toBe(reaction)
})

/** kafkajs calls these retriable, but what it retries is the wrong thing or cannot help. */
const notRetried = new Set(['PREFERRED_LEADER_NOT_AVAILABLE', 'ELIGIBLE_LEADERS_NOT_AVAILABLE', 'ELECTION_NOT_NEEDED'])
/** Requests that we do not make. */
const unused = new Set(['FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH'])

test.each(errorCodes.filter(({ type, retriable }) => retriable && !notRetried.has(type) && !unused.has(type)))(
  'what kafkajs would try again, we do too: $type ($code)',
  ({ code }) => {
    expect(reactionTo(kafkaError(code, { what }))).not.toBe('fail')
  },
)

test.each(errorCodes.map(({ code }) => code).concat(90, 105, 110))(
  'an error of kafkajs with code %d is the same as the code itself',
  (code) => {
    const thrown = fromKafkajs(createErrorFromCode(code), what)
    const direct = kafkaError(code, { what })
    expect([thrown.name, thrown.code, kafkaName(thrown)]).toEqual([direct.name, direct.code, kafkaName(direct)])
  },
)

test('a connection that broke leaves it open whether the request was carried out', () => {
  const errors = [
    new kafkajs.KafkaJSConnectionError('refused', { code: 'ECONNREFUSED' }),
    new kafkajs.KafkaJSConnectionClosedError('closed', { host: 'h', port: 1 }),
    new kafkajs.KafkaJSRequestTimeoutError('late'),
  ]
  for (const error of [...errors.map((each) => fromKafkajs(each, what)), lostError({ what })]) {
    expect(error).toBeInstanceOf(OutageError)
    expect(reactionTo(error)).toBe('lost')
  }
})

test('an error of ours stays what it is', () => {
  const error = new MillraceError('CLOSED', 'closed')
  expect(fromKafkajs(error, what)).toBe(error)
})

test('what nobody knows is an outage, so that it costs no record', () => {
  expect(fromKafkajs(new TypeError('x is not a function'), what)).toBeInstanceOf(OutageError)
})

test('the message says what was done, what Kafka calls it, and what it said', () => {
  const error = kafkaError(10, { what: 'appending to orders-3', said: 'too big by far' })
  expect(error.message).toBe('appending to orders-3: MESSAGE_TOO_LARGE: too big by far')
})
