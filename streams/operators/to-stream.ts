import type { Change } from '../graph/change'
import type { OperatorFactory } from './operator'

/** Every change as a record with the new value. */
export const toStream: OperatorFactory<'to-stream'> = (_spec, { forward }) => ({
  process: ({ key, value, timestamp, headers }) =>
    forward({ key, value: (value as Change<unknown>).newValue, timestamp, headers }),
})
