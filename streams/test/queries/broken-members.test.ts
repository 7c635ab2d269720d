import { createServer, type Server, type Socket } from 'node:net'
import { until } from '../workers'
import { type Group, group, totals } from './fixtures'

/** A member that is asked and answers like this, in place of one that processes. */
async function answering(
  answer: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const by = '{"by":{"taskId":"0_0","role":"active","position":[],"staleness":{"records":0,"ms":0}}}\n'

describe.each([
  ['says nothing', () => undefined],
  ['hangs up', (socket: Socket) => socket.destroy()],
  ['hangs up after its head', (socket: Socket) => socket.end(head)],
  ['talks nonsense', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhm\n')],
  ['does not finish what it says', (socket: Socket) => socket.write(head + chunk(by), () => socket.destroy())],
  ['fails', (socket: Socket) => socket.end('HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno')],
] as const)('an owner that %s', (manner, answer) => {
  let members: Group
  let server: Server
  beforeEach(async () => {
    members = group({ standbyReplicas: 1 })
    const wrong = await answering(answer)
    server = wrong.server
    await members.start({ applicationServer: `127.0.0.1:${wrong.port}`, listen: '127.0.0.1:0' })
    await members.start()
    await members.settled()
    await until(() => members.workers.every(({ standbys }) => standbys.length === 2))
  })
  afterEach(async () => {
    await members.close()
    server.close()
  })

  test('holds nobody up for longer than the question has time, and a standby may answer for it', async () => {
    const asked = members.workers[1]!
    const entries = asked.store(totals).all({ timeoutMs: 100 }).answer()
    await expect(entries).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    // Its answer has begun: nobody else is asked for the rest.
    if (manner === 'does not finish what it says') return
    const { answeredBy } = await asked.store(totals).all({ timeoutMs: 2_000, allowStandby: true }).answer()
    expect(answeredBy.map(({ role }) => role).sort()).toEqual(['active', 'active', 'standby', 'standby'])
  })
})
