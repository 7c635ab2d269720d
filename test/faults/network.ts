import { connect, createServer, type Socket } from 'node:net'
import { eachFrame } from '../kafka/frames'

/** Kafka's API keys of the requests with which a commit is made. */
export const api = { produce: 0, offsetCommit: 8, endTxn: 26, txnOffsetCommit: 28 } as const

/** All that lies between one worker and the broker: what it says passes through here, and can be held up or lost. */
export interface Network {
  readonly port: number
  /**
   * The next answer to a request of this kind is lost, and its connection with it: the broker has done what was asked,
   * and nobody is told. `onLost` is called first.
   */
  loseAnswer(apiKey: number, onLost: () => void): void
  /** The next answer to a request of this kind comes so much later, and all behind it on that connection. */
  delayAnswer(apiKey: number, ms: number, onDelayed: () => void): void
  /** From now on nothing passes in either direction, and nobody is told: connections stay open and new ones are taken. */
  cut(): void
  /** What was held back passes now, late. */
  heal(): void
  close(): Promise<void>
}

/** What is to become of the answer to the next request of a kind. */
interface Order {
  readonly apiKey: number
  readonly delayMs: number | undefined
  readonly onAnswer: () => void
}

interface Pipe {
  pause(): void
  resume(): void
  end(): void
}

/** Listens on `port` and passes on to the broker's listener, which advertises `port`. */
export async function openNetwork(port: number, brokerPort: number): Promise<Network> {
  const orders: Order[] = []
  const pipes = new Set<Pipe>()
  let whole = true

  const takeOrder = (apiKey: number) => {
    const place = orders.findIndex((order) => order.apiKey === apiKey)
    return place < 0 ? undefined : orders.splice(place, 1)[0]
  }
  const server = createServer((client) => {
    const pipe = openPipe(client, connect({ host: '127.0.0.1', port: brokerPort }), takeOrder)
    pipes.add(pipe)
    client.once('close', () => pipes.delete(pipe))
    if (!whole) pipe.pause()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    loseAnswer: (apiKey, onLost) => void orders.push({ apiKey, delayMs: undefined, onAnswer: onLost }),
    delayAnswer: (apiKey, delayMs, onDelayed) => void orders.push({ apiKey, delayMs, onAnswer: onDelayed }),
    cut: () => {
      whole = false
      for (const pipe of pipes) pipe.pause()
    },
    heal: () => {
      whole = true
      for (const pipe of pipes) pipe.resume()
    },
    close: () => {
      for (const pipe of pipes) pipe.end()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function openPipe(client: Socket, broker: Socket, takeOrder: (apiKey: number) => Order | undefined): Pipe {
  /** Of the requests under way, by their correlation id. */
  const marked = new Map<number, Order>()
  let held = false
  let delayed = false
  const end = () => {
    client.destroy()
    broker.destroy()
  }
  const settle = () => {
    if (held) client.pause()
    else client.resume()
    if (held || delayed) broker.pause()
    else broker.resume()
  }
  for (const socket of [client, broker]) socket.setNoDelay(true).on('error', end).on('close', end)
  eachFrame(client, (frame) => {
    const order = takeOrder(frame.readInt16BE(4))
    if (order !== undefined) marked.set(frame.readInt32BE(8), order)
    broker.write(frame)
  })
  eachFrame(broker, (frame) => {
    const correlation = frame.readInt32BE(4)
    const order = marked.get(correlation)
    marked.delete(correlation)
    order?.onAnswer()
    if (order === undefined) return void client.write(frame)
    if (order.delayMs === undefined) return end()
    delayed = true
    settle()
    setTimeout(() => {
      client.write(frame)
      delayed = false
      settle()
    }, order.delayMs)
  })
  const hold = (on: boolean) => {
    held = on
    settle()
  }
  return { pause: () => hold(true), resume: () => hold(false), end }
}
