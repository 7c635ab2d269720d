import type { IncomingMessage } from 'node:http'

const maxBytes = 16 * 1024 * 1024
const maxMs = 5_000

/**
 * Reads a body that is refused to its end, and throws it away: a client that is still sending when we close would see a
 * broken connection instead of our answer. One that sends on for too much or too long gets no such courtesy.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    let bytes = 0
    const done = () => {
      clearTimeout(timer)
      request.off('data', count).off('end', done).off('error', done).off('close', done)
      resolve()
    }
    const count = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) done()
    }
    const timer = setTimeout(done, maxMs)
    request.on('data', count).once('end', done).once('error', done).once('close', done)
    request.resume()
  })
}
