/** Compiled, not run: what grouping, aggregating and windows let through and what they refuse. */
import { stream } from '../../dsl/stream'
import type { Table } from '../../dsl/table'
import { windowedStore } from '../../dsl/windowed-store'
import { hopping, onWindowClose, session, sliding, tumbling } from '../../dsl/windows'
import { json, long, nullable, string } from '../../serdes'
import { timeWindowed, type Windowed } from '../../serdes/windowed'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { topic } from '../../topics'

interface Click {
  readonly page: string
  readonly ms: number
}
interface Total {
  readonly clicks: number
}

const clicks = topic('clicks', { key: string, value: json<Click>() })
const gaps = topic('gaps', { key: nullable(string), value: nullable(json<Click>()) })
const grouped = stream(clicks).groupByKey()
const counts = timestampedKeyValueStore('counts', { key: string, value: long })
const totals = timestampedKeyValueStore('totals', { key: string, value: json<Total>() })
const minute = tumbling({ minutes: 1 })
const perMinute = windowedStore('per-minute', minute, { key: string, value: long })
const visit = session({ minutes: 30 })
const visits = windowedStore('visits', visit, { key: string, value: long })

export const counted: Table<string, number> = grouped.count(counts)
export const totalled: Table<string, Total> = grouped.aggregate(
  () => ({ clicks: 0 }),
  (total, click, key) => ({ clicks: total.clicks + click.ms + key.length }),
  totals,
)
/** Null keys and values are left out before the aggregator, except in windows, where a null value counts. */
export const dense: Table<string, Total> = stream(gaps)
  .groupByKey()
  .aggregate(
    () => ({ clicks: 0 }),
    (total, click) => ({ clicks: total.clicks + click.ms }),
    totals,
  )
export const sparse: Table<Windowed<string>, number> = stream(gaps)
  .groupByKey()
  .windowedBy(minute)
  .aggregate(
    () => 0,
    // @ts-expect-error the value may be null here
    (sum, click) => sum + click.ms,
    perMinute,
  )

export const windowed: Table<Windowed<string>, number> = grouped.windowedBy(minute).count(perMinute)
export const slid: Table<Windowed<string>, number> = grouped
  .windowedBy(sliding({ minutes: 1 }))
  .emitStrategy(onWindowClose)
  .count(windowedStore('slid', sliding({ minutes: 1 }), { key: string, value: long }))
export const visited: Table<Windowed<string>, number> = grouped.windowedBy(visit).aggregate(
  () => 0,
  (sum, click) => sum + click.ms,
  (left, right) => left + right,
  visits,
)
export const regrouped: Table<string, number> = stream(clicks)
  .groupBy((click) => click.page, { name: 'by-page', key: string })
  .count(counts)

// @ts-expect-error a count is a number
grouped.count(totals)
// @ts-expect-error the store is of another key
grouped.count(timestampedKeyValueStore('n', { key: long, value: long }))
grouped.aggregate(
  // @ts-expect-error the aggregate is of another type than the store
  () => 'none',
  (total) => total,
  totals,
)
// @ts-expect-error windows are kept in a store of windows
grouped.windowedBy(minute).count(counts)
// @ts-expect-error and sessions in one of sessions
grouped.windowedBy(visit).count(perMinute)
// @ts-expect-error sessions need to know what two that meet come to
grouped.windowedBy(visit).aggregate(
  () => 0,
  (sum: number) => sum + 1,
  visits,
)
// @ts-expect-error a new key has to say how it is repartitioned
stream(clicks).groupBy((click) => click.page)
// @ts-expect-error the serde is not that of the new key
stream(clicks).groupBy((click) => click.ms, { name: 'by-ms', key: string })
// @ts-expect-error an aggregation over several streams is emitted with every update
grouped.cogroup((sum: number) => sum + 1).windowedBy(minute).emitStrategy
// @ts-expect-error the second aggregator folds into the same aggregate
grouped.cogroup((sum: number) => sum + 1).cogroup(grouped, (text: string) => `${text}!`)
// @ts-expect-error hopping windows have an advance
hopping({ minutes: 5 })
// @ts-expect-error the key of a window is not that of the record
stream(topic('w', { key: timeWindowed(string, 60_000), value: long })).to(topic('x', { key: string, value: long }))
