import type { Socket } from 'node:net'
import { type Clock, elapsed } from '../../clock'
import { type MillraceError, messageOf } from '../../errors'
import { fromKafkajs, lostError } from './errors'
import type { Connection } from './inner'
import { type Request, reader, writer } from './wire'
import { over } from './within'

/**
 * Our own requests over a connection that kafkajs has opened, beside those that kafkajs sends over it itself. What they
 * carry is copied no more than the socket does, and no request has a timer or a promise of kafkajs's.
 */
export interface Channel {
  /** @throws (rejects) MillraceError, "lost" where nobody knows whether it was carried out */
  send<T>(request: Request<T>, timeoutMs: number): Promise<T>
  /** Rejects what is under way; further requests are refused. */
  close(reason: MillraceError): void
}

export interface ChannelOptions {
  readonly clientId: string
  readonly clock: Clock
  /** The broker, in errors. */
  readonly address: string
  /** Told when an answer is overdue, which holds up all behind it, or cannot be told from the next. */
  onBroken(error: MillraceError): void
}

interface Waiting {
  readonly what: string
  readonly deadline: number
  readonly timeoutMs: number
  resolve(payload: Buffer): void
  reject(error: unknown): void
}

const SIZE_BYTES = 4
const CORRELATION_BYTES = 4

/** @param connection connected and authenticated */
export function openChannel(connection: Connection, options: ChannelOptions): Channel {
  const { clientId, clock, address } = options
  const socket = connection.socket!
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let closed: MillraceError | undefined
  /** Ends the sleep of the watch. */
  let watch: { readonly until: number; readonly sleep: AbortController } | undefined

  const frames = splitFrames((frame) => {
    const id = frame.readInt32BE(0)
    const payload = frame.subarray(CORRELATION_BYTES)
    const ours = id < 0 ? waiting.get(id) : undefined
    if (ours === undefined) {
      connection.requestQueue.fulfillRequest({ correlationId: id, size: frame.length, payload })
      return
    }
    waiting.delete(id)
    ours.resolve(payload)
  })
  connection.processData = (data) => {
    try {
      frames(data)
    } catch (error) {
      options.onBroken(lostError({ what: `reading from broker ${address}`, said: messageOf(error), cause: error }))
    }
  }
  const { rejectRequests } = connection
  connection.rejectRequests = (error) => {
    rejectRequests.call(connection, error)
    rejectAll(fromKafkajs(error, `broker ${address}`))
  }

  function rejectAll(error: MillraceError): void {
    const rejected = [...waiting.values()]
    waiting.clear()
    watch?.sleep.abort(over)
    for (const { reject } of rejected) reject(error)
  }
  /** kafkajs counts from 0 up. */
  function nextId(): number {
    lastId = lastId <= -0x80000000 ? -1 : lastId - 1
    return lastId
  }
  function watchOver(deadline: number): void {
    if (watch !== undefined && watch.until <= deadline) return
    watch?.sleep.abort(over)
    const mine = { until: deadline, sleep: new AbortController() }
    watch = mine
    void clock.sleep(deadline - elapsed(clock), mine.sleep.signal).then(() => {
      if (watch === mine) wake()
    })
  }
  /** Looks for what is overdue, and sleeps until something else may be. */
  function wake(): void {
    watch = undefined
    const now = elapsed(clock)
    let next = Number.POSITIVE_INFINITY
    for (const { deadline, what, timeoutMs } of waiting.values()) {
      if (deadline <= now) {
        options.onBroken(lostError({ what: `${what} at broker ${address}`, said: `no answer within ${timeoutMs} ms` }))
        return
      }
      next = Math.min(next, deadline)
    }
    if (waiting.size > 0) watchOver(next)
  }

  return {
    send(request, timeoutMs) {
      return new Promise((resolve, reject) => {
        if (closed !== undefined) return reject(closed)
        const id = nextId()
        const deadline = elapsed(clock) + timeoutMs
        waiting.set(id, {
          what: request.apiName,
          deadline,
          timeoutMs,
          reject,
          resolve: (payload) => {
            try {
              resolve(decode(request, payload))
            } catch (error) {
              reject(error)
            }
          },
        })
        watchOver(deadline)
        write(socket, requestParts(request, id, clientId))
      })
    },
    close(reason) {
      closed ??= reason
      rejectAll(closed)
    },
  }
}

function decode<T>(request: Request<T>, payload: Buffer): T {
  const response = reader(payload)
  if (request.flexible) response.tags()
  return request.decode(response)
}

/** The request, preceded by its size. */
function requestParts(request: Request<unknown>, id: number, clientId: string): readonly Buffer[] {
  const to = writer(request.capacity)
  to.int32(0).int16(request.apiKey).int16(request.apiVersion).int32(id).string(clientId)
  if (request.flexible) to.tags()
  request.encode(to)
  const parts = to.parts()
  const size = parts.reduce((sum, part) => sum + part.length, -SIZE_BYTES)
  parts[0]!.writeInt32BE(size)
  return parts
}

function write(socket: Socket, parts: readonly Buffer[]): void {
  if (parts.length === 1) {
    socket.write(parts[0]!)
    return
  }
  socket.cork()
  for (const part of parts) socket.write(part)
  socket.uncork()
}

/**
 * Gives `use` one whole response after the other, each in memory of its own, from the pieces in which they arrive: what a
 * piece is in may be overwritten afterwards.
 * @throws Error for a size that is none
 */
export function splitFrames(use: (frame: Buffer) => void): (data: Buffer) => void {
  const head = Buffer.alloc(SIZE_BYTES)
  /** Undefined while its size is not known. */
  let frame: Buffer | undefined
  /** Bytes that have arrived of it, or of its size. */
  let filled = 0

  function frameOf(size: number): Buffer {
    if (size < 0) throw new Error(`an answer says that it has ${size} bytes`)
    return Buffer.allocUnsafe(size)
  }
  return (data) => {
    for (let at = 0; at < data.length; ) {
      const target = frame ?? head
      const end = Math.min(data.length, at + target.length - filled)
      data.copy(target, filled, at, end)
      filled += end - at
      at = end
      if (filled < target.length) return
      filled = 0
      if (frame === undefined) {
        frame = frameOf(head.readInt32BE(0))
        if (frame.length > 0) continue
      }
      const whole = frame
      frame = undefined
      use(whole)
    }
  }
}
