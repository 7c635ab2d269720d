import { STATUS_CODES } from 'node:http'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A field of the request and what is wrong with it; `body`, `limit`, `items[0].price`, `If-Match`. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

/** RFC 9457. `type` is about:blank, so `title` is the status; `code` tells programs more. */
export const Problem = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    code: Type.String({ description: 'For programs; lasts.' }),
  },
  { additionalProperties: true, description: 'RFC 9457 problem details' },
)
export type Problem = Static<typeof Problem>

export interface ProblemOptions {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the problem. */
  readonly more?: Readonly<Record<string, unknown>>
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, options: ProblemOptions): FastifyReply {
  const { status, code, detail, headers = {}, more = {} } = options
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance: request.url.split('?')[0] ?? request.url,
    code,
    ...more,
  }
  // Serialized here: whatever a route declares of its answers, a problem goes out whole.
  return reply
    .code(status)
    .headers(headers)
    .type('application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(problem)
}

export function invalidRequest(errors: readonly FieldError[]): ProblemOptions {
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ')
  return { status: 400, code: 'REQUEST_INVALID', detail, more: { errors } }
}

/** For what passes by itself: the answer says when to come again. */
export function unavailable(detail: string, more: ProblemOptions['more'] = {}): ProblemOptions {
  return { status: 503, code: 'UNAVAILABLE', detail, headers: { 'retry-after': '1' }, more }
}
