import { type AvroType, type RecordType, simpleName, type UnionType } from '../../../registry/avro/schema'
import { promotes } from './promotions'

/** Whether the reader finds all its fields, looked at one level deep. */
export type ReadsFields = (writer: RecordType, reader: RecordType) => boolean

/**
 * The branch of the reader's union that takes what the writer wrote, -1 for none (Java's `ReaderUnion`): the same type
 * wherever it stands (named types by their full names), then for a record the last of the same simple name, or else the
 * first, whose fields can be read; then the first to which it promotes.
 */
export function matchingBranch(writer: AvroType, { branches }: UnionType, readsFields: ReadsFields): number {
  let structural = -1
  for (const [index, branch] of branches.entries()) {
    if (branch.kind !== writer.kind) continue
    if (!('name' in branch && 'name' in writer) || branch.name === writer.name) return index
    if (branch.kind !== 'record' || writer.kind !== 'record' || !readsFields(writer, branch)) continue
    if (structural < 0 || simpleName(branch.name) === simpleName(writer.name)) structural = index
  }
  if (structural >= 0) return structural
  return branches.findIndex((branch) => branch.kind !== writer.kind && promotes(writer.kind, branch.kind))
}
