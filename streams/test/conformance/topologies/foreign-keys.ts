import type { ForeignKeyJoin } from '../../../dsl/foreign-key-join'
import { type Table, table } from '../../../dsl/table'
import { topology } from '../../../graph/topology'
import { json, string } from '../../../serdes'
import { timestampedKeyValueStore } from '../../../stores/declaration'
import { type Scenario, type Scenarios, topics } from '../scenario'
import { jsons, texts } from '../topics'

interface Reference {
  readonly fk: string | null
  readonly name: string
}
type References = Table<string, Reference>
type Texts = Table<string, string>

const options: ForeignKeyJoin<string, Reference, string, string, string> = {
  name: 'fk',
  store: timestampedKeyValueStore('joined', { key: string, value: string }),
}

const joined =
  (name: string, join: (left: References, right: Texts) => Texts): (() => Scenario) =>
  () => {
    const left = jsons<Reference>('left')
    const right = texts('right')
    const output = texts('out')
    const references = table(left, timestampedKeyValueStore('l', { key: string, value: json<Reference>() }))
    const rows = table(right, timestampedKeyValueStore('r', { key: string, value: string }))
    return {
      topology: topology(name, [join(references, rows).toStream().to(output)]),
      topics: topics(left, right, output),
    }
  }

const foreignKey = ({ fk }: Reference) => fk
const at = ({ name }: Reference, value: string | null) => `${name}@${value}`

export const scenarios: Scenarios = {
  'foreign-key-join': joined('foreign-key-join', (left, right) => left.join(right, foreignKey, at, options)),
  'foreign-key-left-join': joined('foreign-key-left-join', (left, right) =>
    left.leftJoin(right, foreignKey, at, options),
  ),
}
