import fc from 'fast-check'
import { silentLogger } from '../logger'
import { createLifecycle } from './lifecycle'
import type { WorkerState } from './options'

/** The picture in the documentation of KafkaStreams.State. */
const ways = [
  'CREATED REBALANCING',
  'CREATED PENDING_SHUTDOWN',
  'REBALANCING RUNNING',
  'REBALANCING PENDING_SHUTDOWN',
  'REBALANCING PENDING_ERROR',
  'RUNNING REBALANCING',
  'RUNNING PENDING_SHUTDOWN',
  'RUNNING PENDING_ERROR',
  'PENDING_SHUTDOWN NOT_RUNNING',
  'PENDING_ERROR ERROR',
]
const states: readonly WorkerState[] = [
  ...(['CREATED', 'REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN'] as const),
  ...(['NOT_RUNNING', 'PENDING_ERROR', 'ERROR'] as const),
]

const open = () => createLifecycle({ applicationId: 'app', logger: silentLogger })

test('whatever happens, a worker goes only the ways of Kafka Streams', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states, 'fail', 'end'), { maxLength: 12 }), (steps) => {
      const lifecycle = open()
      const gone: string[] = []
      lifecycle.onState((state, previous) => gone.push(`${previous} ${state}`))
      for (const step of steps) {
        const before = lifecycle.state
        if (step === 'fail') lifecycle.fail(new Error('no'))
        else if (step === 'end') lifecycle.end()
        else
          try {
            lifecycle.set(step as WorkerState)
          } catch {
            expect(lifecycle.state).toBe(before)
          }
      }
      expect(gone.filter((way) => !ways.includes(way))).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('an end without an error, and one with', async () => {
  const well = open()
  well.end()
  await expect(well.done).resolves.toBeUndefined()
  expect(well.state).toBe('NOT_RUNNING')

  const failed = open()
  failed.set('REBALANCING')
  failed.fail(new Error('first'))
  failed.fail(new Error('second'))
  failed.end()
  await expect(failed.done).rejects.toThrow('first')
  expect(failed.state).toBe('ERROR')
})

test('an error on the way out is told, though the worker is not in the state ERROR', async () => {
  const lifecycle = open()
  lifecycle.set('REBALANCING')
  lifecycle.set('PENDING_SHUTDOWN')
  lifecycle.fail(new Error('the sink is down'))
  lifecycle.set('PENDING_ERROR')
  lifecycle.end()
  await expect(lifecycle.done).rejects.toThrow('the sink is down')
  expect(lifecycle.state).toBe('NOT_RUNNING')
})

test('what nobody may do throws, and a listener that throws hurts nobody', () => {
  const lifecycle = open()
  expect(() => lifecycle.set('RUNNING')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  const seen: WorkerState[] = []
  lifecycle.onState(() => {
    throw new Error('mine')
  })
  lifecycle.onState((state) => seen.push(state))
  lifecycle.set('REBALANCING')
  expect(seen).toEqual(['REBALANCING'])
})
