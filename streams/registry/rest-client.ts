/** Confluent's REST dialect from the other side: for what the serdes' client has no words. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Clock, systemClock } from '../clock'
import { classify, type Definite, within, withRetries } from './answers'
import { agentOf, authorizationOf, plainConnection, type RegistryConnection } from './connection'
import { MEDIA_TYPE } from './rest'

export interface RestClientOptions extends RegistryConnection {
  /** All attempts at one question together (ms). Default 10,000. */
  readonly deadlineMs?: number
  readonly clock?: Clock
}

export interface RestQuestion {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Begins with a slash. */
  readonly path: string
  readonly body?: object
  /** For messages: `asking for the subjects`. */
  readonly what: string
  readonly definite?: Definite
}

/** A registry may have thousands of subjects, and somebody may ask for all of them. */
const MOST_AT_ONCE = 16

/** An answer beside a success. */
export class RestFailure extends Error {
  constructor(
    readonly status: number,
    /** Confluent's; 0 where the answer has none. */
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** Asks, again where that may help. @throws OutageError REGISTRY_UNAVAILABLE, or what `definite` says of the status */
export type RestClient = <T>(question: RestQuestion) => Promise<T>

export function restClient(given: RestClientOptions): RestClient {
  const options = plainConnection(given)
  const { url, deadlineMs = 10_000, clock = systemClock } = options
  const agent = agentOf(options)
  const authorization = authorizationOf(options)
  const send = <T>({ method, path, body }: RestQuestion, signal: AbortSignal) =>
    new Promise<T>((resolve, reject) => {
      const address = new URL(`${url}${path}`)
      const request = address.protocol === 'https:' ? httpsRequest : httpRequest
      const headers = {
        accept: `${MEDIA_TYPE}, application/json`,
        ...(body && { 'content-type': MEDIA_TYPE }),
        ...(authorization !== undefined && { authorization }),
      }
      const asked = request(address, { method, headers, signal, ...(agent && { agent }) }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          try {
            resolve(answerOf<T>(answer.statusCode ?? 0, Buffer.concat(parts).toString('utf8')))
          } catch (error) {
            reject(error)
          }
        })
      })
      asked.on('error', reject)
      asked.end(body && JSON.stringify(body))
    })
  const turns = limited(MOST_AT_ONCE)
  return async <T>(question: RestQuestion) => {
    const { what, definite = {} } = question
    const over = new AbortController()
    const done = await turns()
    try {
      return await within({ clock, deadlineMs, question: { what, url } }, () =>
        withRetries(clock, () => send<T>(question, over.signal)),
      )
    } catch (error) {
      throw classify(error, { what, url }, isFromRegistry(error) ? definite : {})
    } finally {
      done()
      over.abort()
    }
  }
}

/** Lets so many in at once; the others wait for their turn. */
function limited(most: number): () => Promise<() => void> {
  const waiting: (() => void)[] = []
  let free = most
  const done = () => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return async () => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    return done
  }
}

/** @throws RestFailure */
function answerOf<T>(status: number, text: string): T {
  const json = jsonOf(text)
  if (json === undefined) {
    throw new RestFailure(status, 0, `status ${status}, and no JSON: there is no schema registry at this address`)
  }
  if (status >= 200 && status < 300) return json as T
  const { error_code: code = 0, message = `status ${status}` } = (json ?? {}) as {
    readonly error_code?: number
    readonly message?: string
  }
  throw new RestFailure(status, code, message)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A 404 that has no code of the dialect is not from a registry: a proxy, or a wrong path. */
function isFromRegistry(error: unknown): boolean {
  return !(error instanceof RestFailure) || error.status !== 404 || error.code >= 40401
}
