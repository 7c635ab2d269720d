/** Compatibility levels and modes: of all subjects, and of one. */
import type { FastifyInstance } from 'fastify'
import { subjectUnknown } from './refusals'
import { type Flag, isSet, levelIn, modeIn, RestError, restCodes } from './rest'
import type { ServedRegistry } from './served'

type Subject = { Params: { subject: string } }
type Defaulting = { Querystring: { defaultToGlobal?: Flag } }

export function configRoutes(app: FastifyInstance, registry: ServedRegistry): void {
  type Level = { Body: { compatibility?: unknown } | null }
  app.get('/config', async () => ({ compatibilityLevel: await registry.level() }))
  app.put<Level>('/config', async ({ body }) => {
    const compatibility = levelIn(body)
    await registry.setLevel(compatibility)
    return { compatibility }
  })
  app.delete('/config', async () => {
    const compatibilityLevel = await registry.level()
    await registry.setLevel(null)
    return { compatibilityLevel }
  })
  app.get<Subject & Defaulting>('/config/:subject', async ({ params: { subject }, query }) => {
    const own = await registry.ownLevel(subject)
    if (own !== undefined) return { compatibilityLevel: own }
    if (isSet(query.defaultToGlobal)) return { compatibilityLevel: await registry.level() }
    const message = `Subject '${subject}' does not have subject-level compatibility configured`
    throw new RestError(restCodes.levelUnknown, message)
  })
  app.put<Subject & Level>('/config/:subject', async ({ params, body }) => {
    const compatibility = levelIn(body)
    await registry.setLevel(compatibility, params.subject)
    return { compatibility }
  })
  app.delete<Subject>('/config/:subject', async ({ params }) => {
    const compatibilityLevel = await registry.ownLevel(params.subject)
    if (compatibilityLevel === undefined) throw subjectUnknown(params.subject)
    await registry.setLevel(null, params.subject)
    return { compatibilityLevel }
  })
}

export function modeRoutes(app: FastifyInstance, registry: ServedRegistry): void {
  type Change = { Body: { mode?: unknown } | null; Querystring: { force?: Flag } }
  app.get('/mode', async () => ({ mode: await registry.mode() }))
  app.put<Change>('/mode', async ({ body, query }) => {
    const mode = modeIn(body)
    await registry.setMode(mode, undefined, isSet(query.force))
    return { mode }
  })
  app.get<Subject & Defaulting>('/mode/:subject', async ({ params: { subject }, query }) => {
    const own = await registry.ownMode(subject)
    if (own !== undefined) return { mode: own }
    if (isSet(query.defaultToGlobal)) return { mode: await registry.mode() }
    throw new RestError(restCodes.modeUnknown, `Subject '${subject}' does not have subject-level mode configured`)
  })
  app.put<Subject & Change>('/mode/:subject', async ({ params, body, query }) => {
    const mode = modeIn(body)
    await registry.setMode(mode, params.subject, isSet(query.force))
    return { mode }
  })
  app.delete<Subject>('/mode/:subject', async ({ params }) => {
    const mode = await registry.ownMode(params.subject)
    if (mode === undefined) throw subjectUnknown(params.subject)
    await registry.setMode(null, params.subject)
    return { mode }
  })
}
