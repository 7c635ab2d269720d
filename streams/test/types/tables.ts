/** What does not compile, of tables and their joins: checked by tsc, never run. */
import { stream } from '../../dsl/stream'
import { type Table, table } from '../../dsl/table'
import { long, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { topic } from '../../topics'

const names = topic('names', { key: string, value: string })
const ages = topic('ages', { key: string, value: long })
const byNumber = topic('by-number', { key: long, value: string })
const nameRows = timestampedKeyValueStore('name-rows', { key: string, value: string })
const ageRows = timestampedKeyValueStore('age-rows', { key: string, value: long })
const counts = timestampedKeyValueStore('counts', { key: string, value: long })
const people = table(names, nameRows)
const numbered = table(byNumber, timestampedKeyValueStore('numbered', { key: long, value: string }))

export const inferred: Table<string, { name: string; age: number }> = people.join(
  table(ages, ageRows),
  (name, age) => ({ name, age }),
)

// @ts-expect-error the store's value is not the topic's
table(names, ageRows)

// @ts-expect-error tables with different key types
people.join(numbered, (name, other) => name + other)

// @ts-expect-error a stream and a table with different key types
stream(names).join(numbered, (name, other) => name + other)

// @ts-expect-error the right row of a left join may be missing
people.leftJoin(table(ages, ageRows), (name, age) => name + age.toFixed())

// @ts-expect-error the result does not fit its store
people.mapValues((name) => name.length, nameRows)

const groups = people.groupBy((name) => [name, name.length], { name: 'by-name', key: string, value: long })
const zero = () => 0
const add = (sum: number, value: number) => sum + value
const take = (sum: number, value: number) => `${sum - value}`
export const summed = groups.aggregate(zero, add, add, counts)
// @ts-expect-error the aggregate of the subtractor is a number
groups.aggregate(zero, add, take, counts)

// @ts-expect-error the group's value is not what its serde writes
people.groupBy((name) => [name, name], { name: 'by-name', key: string, value: long })

// @ts-expect-error a table's deletions are null, which the topic's values are not
export const tombstones: string = people.toStream().mapValues((name) => name)
