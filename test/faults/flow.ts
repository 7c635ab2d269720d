import { bytes, json, keyValueStore, long, stream, string, timestampedKeyValueStore, topic, topology } from 'millrace'
import { type CodecName, commandSerde } from './codec'

/** What the load generator sends; poison is bytes that are none of these, or a command that asks to be refused. */
export interface Command {
  /** Unique in a run. */
  readonly n: number
  readonly group: string
  readonly refuse?: true
}

/** The effect of one command: which record had it, and the how manyth of its key it was. */
export interface Effect {
  readonly n: number
  readonly group: string
  readonly partition: number
  readonly offset: number
  readonly count: number
}

export interface Tally {
  readonly count: number
  /** Offset of the key's last command. */
  readonly last: number
}

export const PARTITIONS = 4

/** The program under test: a store by key, effects with their number, and counts behind a repartition topic. */
export function flow(applicationId: string, codec: CodecName = 'json') {
  const commands = topic(`${applicationId}-commands`, {
    key: string,
    value: commandSerde(codec),
    partitions: PARTITIONS,
  })
  const effects = topic(`${applicationId}-effects`, { key: string, value: json<Effect>(), partitions: PARTITIONS })
  const tallies = keyValueStore('tallies', { key: string, value: json<Tally>() })
  const groups = timestampedKeyValueStore('groups', { key: string, value: long })

  const done = stream(commands).process<string, Effect, readonly [typeof tallies]>(
    (context) => ({
      process({ key, value, timestamp, headers }) {
        if (value.refuse === true) throw new Error(`command ${value.n} asks to be refused`)
        const { partition, offset } = context.recordMetadata()!
        const count = (context.store(tallies).get(key)?.count ?? 0) + 1
        context.store(tallies).put(key, { count, last: offset })
        context.forward({
          key,
          value: { n: value.n, group: value.group, partition, offset, count },
          timestamp,
          headers,
        })
      },
    }),
    { stores: [tallies] },
  )
  const counted = done
    .groupBy(({ group }) => group, { name: 'by-group', key: string, value: effects.value })
    .count(groups)
  return {
    topology: topology(applicationId, [done.to(effects), counted.toStream().to(countsOf(applicationId))]),
    commands,
    effects,
    tallies,
    groups,
    /** The same topic for those who send what is no command. */
    rawCommands: topic(commands.name, { key: string, value: bytes }),
    regrouped: `${applicationId}-by-group-repartition`,
  }
}

function countsOf(applicationId: string) {
  return topic(`${applicationId}-counts`, { key: string, value: long, partitions: PARTITIONS })
}

export type Flow = ReturnType<typeof flow>
