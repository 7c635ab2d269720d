import type { Socket } from 'node:net'

/** Hands over each frame that a socket of Kafka's protocol receives: requests and answers are each preceded by their size. */
export function eachFrame(socket: Socket, use: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const size = 4 + rest.readInt32BE(0)
      use(rest.subarray(0, size))
      rest = rest.subarray(size)
    }
  })
}
