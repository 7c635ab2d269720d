/** Counts the clicks on each page, minute by minute of the clicks' own time; late ones still count for 10 seconds. */
import { json, long, stream, string, timeWindowed, topic, topology, tumbling, windowedStore } from 'millrace'

export interface Click {
  readonly user: string
  readonly page: string
}

const perMinute = tumbling({ minutes: 1, grace: { seconds: 10 } })

export const clicks = topic('clicks', { key: string, value: json<Click>(), partitions: 3 })
export const counts = topic('clicks-per-minute', {
  key: timeWindowed(string, perMinute.sizeMs),
  value: json<number>(),
  partitions: 3,
})

/** A day's minutes can be looked up. */
export const countOf = windowedStore('clicks-of', perMinute, { key: string, value: long, retention: { days: 1 } })

const counted = stream(clicks)
  .groupBy((click) => click.page, { name: 'by-page', key: string })
  .windowedBy(perMinute)
  .count(countOf)

export const clickCount = topology('click-count', [counted.toStream().to(counts)])
