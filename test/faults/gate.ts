import { connect, createServer, type Socket } from 'node:net'

/** Stands before a server: lets all through, refuses everybody, or takes what it is sent and says nothing. */
export interface Gate {
  readonly port: number
  open(): void
  /** Connections break, and new ones with them. */
  refuse(): void
  /** Nothing passes any more, and nobody is told. */
  stall(): void
  close(): Promise<void>
}

export async function openGate(target: { readonly host: string; readonly port: number }): Promise<Gate> {
  const sockets = new Set<Socket>()
  let mood: 'open' | 'refusing' | 'stalled' = 'open'

  const server = createServer((client) => {
    if (mood === 'refusing') return void client.destroy()
    const behind = connect(target)
    const end = () => {
      client.destroy()
      behind.destroy()
    }
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.setNoDelay(true).on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (data) => behind.write(data))
    behind.on('data', (data) => client.write(data))
    if (mood === 'stalled') for (const socket of [client, behind]) socket.pause()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as { readonly port: number }).port,
    open: () => {
      mood = 'open'
      for (const socket of sockets) socket.resume()
    },
    refuse: () => {
      mood = 'refusing'
      breakAll()
    },
    stall: () => {
      mood = 'stalled'
      for (const socket of sockets) socket.pause()
    },
    close: () => {
      breakAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
