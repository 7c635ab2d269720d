import { MillraceError, TerminalError } from '../../errors'
import { kafkaName } from './errors'

/** What a request needs to be allowed, by the kind of resource that a refusal may be about. */
export interface Needs {
  readonly topic?: string
  readonly group?: string
  readonly transactionalId?: string
  readonly cluster?: string
}

const resources: Readonly<Record<string, keyof Needs>> = {
  TOPIC_AUTHORIZATION_FAILED: 'topic',
  GROUP_AUTHORIZATION_FAILED: 'group',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'transactionalId',
  CLUSTER_AUTHORIZATION_FAILED: 'cluster',
}

/** A refusal for want of an ACL, with the ACL that is wanted (also as `details.needs`); any other error as it is. */
export function explained(error: unknown, needs: Needs): unknown {
  if (!(error instanceof MillraceError) || error.details.needs !== undefined) return error
  const resource = resources[kafkaName(error) ?? '']
  const needed = resource && needs[resource]
  if (needed === undefined) return error
  return new TerminalError(error.code, `${error.message}: the principal needs ${needed}`, {
    cause: error,
    details: { ...error.details, needs: needed },
  })
}

/** Such as "WRITE on topic orders". */
export function onTopics(operation: string, topics: Iterable<string>): string {
  const names = [...new Set(topics)]
  return `${operation} on ${names.length === 1 ? 'topic' : 'each of the topics'} ${names.join(', ')}`
}
