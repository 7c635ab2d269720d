import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MillraceError, messageOf, OutageError } from 'millrace'
import { drain } from './drain'
import { invalidRequest, type ProblemOptions, sendProblem, unavailable } from './problems'
import { isInvalidRequest } from './validation'

/** Answers everything that goes wrong with a problem of RFC 9457, and tells an outsider nothing of our insides. */
export async function problemForError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const problem = problemOf(error)
  if (problem.status === 413) await drain(request.raw)
  if (problem.status >= 500)
    request.log.error({ err: error }, `${request.method} ${request.url} failed: ${messageOf(error)}`)
  return sendProblem(request, reply, problem)
}

function problemOf(error: unknown): ProblemOptions {
  if (isInvalidRequest(error)) return invalidRequest(error.fields)
  if (error instanceof OutageError) return unavailable('a part of the platform does not answer')
  if (error instanceof MillraceError && error.code === 'CLOSED') return unavailable('the platform is shutting down')
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>
  return byCode(code) ?? byStatus(statusCode, error)
}

function byCode(code: string): ProblemOptions | undefined {
  switch (code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return invalidRequest([{ field: 'body', message: 'must be a JSON object, but is empty' }])
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return invalidRequest([{ field: 'body', message: 'is not valid JSON' }])
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { status: 413, code: 'BODY_TOO_LARGE', detail: 'the body is too large' }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        status: 415,
        code: 'MEDIA_TYPE_UNSUPPORTED',
        detail: 'the body must be application/json',
        headers: { accept: 'application/json' },
      }
    default:
      return undefined
  }
}

function byStatus(status: number, error: unknown): ProblemOptions {
  // JSON.parse has no code of its own; fastify gives its errors the status only.
  if (error instanceof SyntaxError && status === 400)
    return invalidRequest([{ field: 'body', message: `is not valid JSON: ${error.message}` }])
  if (status >= 400 && status < 500) return { status, code: 'REQUEST_INVALID', detail: messageOf(error) }
  return { status: 500, code: 'INTERNAL', detail: 'something went wrong on our side' }
}

/** 405 for a path that is known with other methods, else 404. Call before the routes are added. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const known = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const route = known.get(url) ?? {
      pattern: patternOf(url),
      methods: new Set(),
    }
    known.set(url, route)
    for (const each of [method].flat()) route.methods.add(each)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const methods = [...known.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((route) => [...route.methods])
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendProblem(request, reply, { status: 404, code: 'ROUTE_UNKNOWN', detail: `there is no ${path}` })
    }
    const allow = [...new Set(methods)].sort().join(', ')
    return sendProblem(request, reply, {
      status: 405,
      code: 'METHOD_UNKNOWN',
      detail: `${path} knows ${allow}`,
      headers: { allow },
    })
  })
}

/** Paths of a route: `/api/orders/:id` is any one part after `/api/orders/`. */
function patternOf(route: string): RegExp {
  const literal = route.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/:[^/]+/g, '[^/]+')}/?$`)
}
