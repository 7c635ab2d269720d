import { Type } from '@sinclair/typebox'
import type { CustomerPrivacy } from './ports'
import { IdParams, problems } from './schemas'
import type { TypedServer } from './typed'

const tags = ['customers']

export function customerRoutes(app: TypedServer, privacy: CustomerPrivacy): void {
  app.delete('/api/customers/:id/personal-data', {
    schema: {
      tags,
      summary: 'Forget what is personal of a customer, for ever',
      description:
        'Deletes the keys with which it is sealed: from now on topics, stores, dead letters and views show `[redacted]`. ' +
        'The orders stay. It does no harm to ask again; a customer who orders again afterwards is known again from then on.',
      params: IdParams,
      response: { 204: Type.Null({ description: 'Forgotten.' }), ...problems },
    },
    handler: async (request, reply) => {
      await privacy.forget(request.params.id)
      return reply.code(204).send(null)
    },
  })
}
