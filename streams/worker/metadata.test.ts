import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { string } from '../serdes'
import { until } from '../test/workers'
import { topic } from '../topics'
import { decodeAssignmentInfo, decodeMemberInfo, encodeInfo } from './member-info'
import { createWorker } from './worker'

const numbers = topic('numbers', { key: string, value: string, partitions: 4 })
const passing = topology('passing', [stream(numbers).foreach(() => undefined)])

test('every member knows the endpoint, the rack and the tasks of all', async () => {
  const log = memoryLog()
  const workers = ['a', 'b'].map((name) =>
    createWorker({
      topology: passing,
      log,
      applicationServer: `${name}.local:8080`,
      listen: '127.0.0.1:0',
      rack: `rack-${name}`,
    }),
  )
  expect(workers[0]!.metadata()).toEqual([])
  await Promise.all(workers.map((worker) => worker.start()))
  await until(() => workers.every((worker) => worker.ready && worker.metadata().length === 2))
  const [first, second] = workers.map((worker) => worker.metadata())
  expect(first).toEqual(second)
  expect(first!.map(({ endpoint }) => endpoint).sort()).toEqual(['a.local:8080', 'b.local:8080'])
  expect(first!.flatMap(({ active }) => active).sort()).toEqual(['0_0', '0_1', '0_2', '0_3'])
  for (const worker of workers) {
    const own = worker.metadata().find(({ memberId }) => memberId === worker.memberId)
    expect([...own!.active].sort()).toEqual(worker.tasks.map(({ id }) => id).sort())
    expect(own!.rack).toBe(own!.endpoint === 'a.local:8080' ? 'rack-a' : 'rack-b')
  }
  await Promise.all(workers.map((worker) => worker.close()))
  await log.close()
})

test.each([['localhost'], ['http://localhost:80'], [':80']])('%s is no endpoint', (applicationServer) => {
  expect(() => createWorker({ topology: passing, log: memoryLog(), applicationServer })).toThrow(/host:port/)
})

test('what is told comes back, and what cannot be read is as if nothing had been told', () => {
  const info = { process: 'p', endpoint: 'h:1', rack: 'r', active: ['0_0'], standby: ['0_1'], offsets: { '0_0': 7 } }
  expect(decodeMemberInfo(encodeInfo(info))).toEqual(info)
  const unknown = [Buffer.alloc(0), Buffer.from('{'), Buffer.from('null'), Buffer.from('{"owned":["0_0"],"active":7}')]
  for (const userData of unknown) expect(decodeMemberInfo(userData)).toEqual({ active: [], standby: [], offsets: {} })
  for (const userData of unknown)
    expect(decodeAssignmentInfo(userData)).toEqual({
      memberId: '',
      active: [],
      standby: [],
      warmup: [],
      nearby: [],
      members: [],
    })
})
