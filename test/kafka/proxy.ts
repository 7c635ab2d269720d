import { connect, createServer, type Socket } from 'node:net'
import { eachFrame } from './frames'

/** Stands between clients and a broker, and loses answers: the broker has done what was asked, and nobody is told. */
export interface LossyProxy {
  /**
   * The next answer to a request of this kind (Kafka's API key) is lost, and its connection with it.
   * @param onLost called at that moment, before the client can notice
   */
  loseAnswerTo(apiKey: number, onLost?: () => void): void
  /** How many answers were lost so far. */
  readonly lost: number
  close(): Promise<void>
}

/** The brokers must advertise `port`, or clients go past the proxy. */
export async function startProxy(port: number, target: { readonly port: number }): Promise<LossyProxy> {
  const toLose: { readonly apiKey: number; readonly onLost: (() => void) | undefined }[] = []
  const sockets = new Set<Socket>()
  let lost = 0

  const server = createServer((client) => {
    const broker = connect({ host: '127.0.0.1', port: target.port })
    const doomed = new Map<number, (() => void) | undefined>()
    const end = () => {
      client.destroy()
      broker.destroy()
    }
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    eachFrame(client, (frame) => {
      const place = toLose.findIndex(({ apiKey }) => apiKey === frame.readInt16BE(4))
      if (place >= 0) doomed.set(frame.readInt32BE(8), toLose.splice(place, 1)[0]?.onLost)
      broker.write(frame)
    })
    eachFrame(broker, (frame) => {
      const correlation = frame.readInt32BE(4)
      if (!doomed.has(correlation)) {
        client.write(frame)
        return
      }
      doomed.get(correlation)?.()
      lost += 1
      end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    loseAnswerTo: (apiKey, onLost) => void toLose.push({ apiKey, onLost }),
    get lost() {
      return lost
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
