/** Compiled, not run: what suppression lets through and what it refuses. */
import { stream } from '../../dsl/stream'
import { untilTimeLimit, untilWindowCloses } from '../../dsl/suppress'
import type { Table } from '../../dsl/table'
import { windowedStore } from '../../dsl/windowed-store'
import { tumbling } from '../../dsl/windows'
import { long, string } from '../../serdes'
import type { Windowed } from '../../serdes/windowed'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { topic } from '../../topics'

const grouped = stream(topic('clicks', { key: string, value: long })).groupByKey()
const minute = tumbling({ minutes: 1 })
const counts = grouped.count(timestampedKeyValueStore('counts', { key: string, value: long }))
const perMinute = grouped.windowedBy(minute).count(windowedStore('per-minute', minute, { key: string, value: long }))

export const final: Table<Windowed<string>, number> = perMinute.suppress(untilWindowCloses(), { name: 'final' })
export const calm: Table<string, number> = counts.suppress(untilTimeLimit({ seconds: 5 }, { maxRecords: 1000 }), {
  name: 'calm',
})

// @ts-expect-error rows without windows do not close
counts.suppress(untilWindowCloses(), { name: 'never' })
// @ts-expect-error the serde is of another value
counts.suppress(untilTimeLimit({ seconds: 5 }), { name: 'other', value: string })
// @ts-expect-error a final result is not given up early
untilWindowCloses({ whenFull: 'emit' })
