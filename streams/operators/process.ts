import { MillraceError } from '../errors'
import type { AnyStoreDeclaration } from '../stores/declaration'
import type { OperatorContext, OperatorFactory, StreamRecord } from './operator'

/** The Processor API: hands the user's processor exactly its declared stores. */
export const process: OperatorFactory<'process'> = (spec, context) => {
  let inHand: StreamRecord | undefined
  const forward = forwarding(context)
  const processor = spec.supplier({
    applicationId: context.applicationId,
    taskId: context.taskId,
    forward: spec.valuesOnly ? (record, child) => forward({ ...record, key: keyOf(inHand) }, child) : forward,
    addHeader: (key, value) => addHeader(inHand, key, value),
    stores: spec.stores ?? [],
    store: declaredStores(spec.stores ?? [], context),
    recordMetadata: context.recordMetadata,
    currentStreamTimeMs: context.streamTime,
    currentSystemTimeMs: context.wallClock,
    schedule: context.schedule,
    requestCommit: context.requestCommit,
  })
  return {
    process: (record) => {
      inHand = record
      try {
        processor.process(record)
      } finally {
        inHand = undefined
      }
    },
    close: () => processor.close?.(),
  }
}

function forwarding({ forward, children }: OperatorContext) {
  const byName = new Map(children.map((child) => [child.name, child]))
  return (record: StreamRecord, name: string | undefined): void => {
    const target = name === undefined ? { forward } : byName.get(name)
    if (target === undefined) {
      throw invalid(`forward to unknown child ${name}; the children are ${[...byName.keys()].join(', ')}`)
    }
    target.forward(record)
  }
}

function declaredStores(stores: readonly AnyStoreDeclaration[], context: OperatorContext) {
  const declared = new Set(stores.map(({ name }) => name))
  return ({ name }: AnyStoreDeclaration): unknown => {
    if (declared.has(name)) return context.store(name)
    throw new MillraceError(
      'STORE_UNKNOWN',
      `store ${name} is not declared by this processor; add it to its \`stores\` so that it is opened and restored`,
    )
  }
}

function keyOf(inHand: StreamRecord | undefined): unknown {
  if (inHand === undefined) {
    throw invalid('processValues has no key to forward under in a punctuation; use process, which names the key itself')
  }
  return inHand.key
}

/** The record in hand is one object for all children of a stream, which is how those that come later see the header. */
function addHeader(inHand: StreamRecord | undefined, key: string, value: Buffer | null): void {
  if (inHand === undefined) throw invalid('a punctuation has no record in hand to add a header to')
  const mutable: { headers: StreamRecord['headers'] } = inHand
  mutable.headers = [...inHand.headers, { key, value }]
}

function invalid(message: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', message)
}
