import { type GlobalTable, globalTable } from '../../../dsl/global-table'
import { type Stream, stream } from '../../../dsl/stream'
import { topology } from '../../../graph/topology'
import { string } from '../../../serdes'
import { timestampedKeyValueStore } from '../../../stores/declaration'
import { type Scenario, type Scenarios, topics } from '../scenario'
import { jsons, texts } from '../topics'

interface Referring {
  readonly ref: string | null
  readonly n: number
}
interface Joined {
  readonly n: number
  readonly g: string | null
}
type Records = Stream<string | null, Referring | null>
type Rows = GlobalTable<string, string>

const joined =
  (name: string, join: (records: Records, rows: Rows) => Stream<string | null, Joined>): (() => Scenario) =>
  () => {
    const input = jsons<Referring>('stream')
    const rows = texts('global')
    const output = jsons<Joined>('out')
    const store = timestampedKeyValueStore('global-store', { key: string, value: string })
    return {
      topology: topology(name, [join(stream(input), globalTable(rows, store)).to(output)]),
      topics: topics(input, rows, output),
    }
  }

const ref = (value: Referring) => value.ref
const both = ({ n }: Referring, g: string | null) => ({ n, g })

export const scenarios: Scenarios = {
  'stream-globaltable-join': joined('stream-globaltable-join', (records, rows) => records.join(rows, ref, both)),
  'stream-globaltable-left-join': joined('stream-globaltable-left-join', (records, rows) =>
    records.leftJoin(rows, ref, both),
  ),
}
