import { MillraceError } from '../errors'
import type { OperatorFactory } from './operator'

/** The Processor API: hands the user's processor exactly its declared stores. */
export const process: OperatorFactory<'process'> = (spec, context) => {
  const declared = new Set(spec.stores?.map((store) => store.name))
  const byName = new Map(context.children.map((child) => [child.name, child]))
  const processor = spec.supplier({
    applicationId: context.applicationId,
    taskId: context.taskId,
    forward: (record, childName) => {
      if (childName === undefined) return context.forward(record)
      const child = byName.get(childName)
      if (child === undefined) {
        throw new MillraceError(
          'TOPOLOGY_INVALID',
          `forward to unknown child ${childName}; the children are ${[...byName.keys()].join(', ')}`,
        )
      }
      child.forward(record)
    },
    store: ({ name }) => {
      if (declared.has(name)) return context.store(name)
      throw new MillraceError(
        'STORE_UNKNOWN',
        `store ${name} is not declared by this processor; add it to its \`stores\` so that it is opened and restored`,
      )
    },
    recordMetadata: context.recordMetadata,
    currentStreamTimeMs: context.streamTime,
    currentSystemTimeMs: context.wallClock,
    schedule: context.schedule,
    requestCommit: context.requestCommit,
  })
  return { process: (record) => processor.process(record), close: () => processor.close?.() }
}
