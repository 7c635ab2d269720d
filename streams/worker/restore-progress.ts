import type { Clock } from '../clock'
import type { ChangelogSpan } from './changelog-spans'

/** How far the restore of a task is, in offsets of its changelogs: compaction may have left fewer records. */
export interface RestoreProgress {
  readonly taskId: string
  readonly restored: number
  readonly total: number
  /** Since it began, ms. */
  readonly ms: number
  /** Records per second; 0 before the first. */
  readonly rate: number
  /** At that rate; undefined before the first record. */
  readonly secondsLeft: number | undefined
}

export interface RestoreMeter {
  /** The changelog has been restored up to this offset. */
  reached(topic: string, offset: number): void
  progress(): RestoreProgress
  describe(): string
}

export function restoreMeter(taskId: string, spans: readonly ChangelogSpan[], clock: Clock): RestoreMeter {
  const began = clock.now()
  const total = spans.reduce((sum, { position, end }) => sum + end - position, 0)
  const done = new Map<string, number>()
  const starts = new Map(spans.map(({ from, position }) => [from.topic, position]))
  const progress = (): RestoreProgress => progressOf({ taskId, restored: sumOf(done), total, ms: clock.now() - began })
  return {
    reached: (topic, offset) => {
      done.set(topic, offset - starts.get(topic)!)
    },
    progress,
    describe: () => describeProgress(progress()),
  }
}

/** All of them as one, which ends with the last. */
export function totalProgress(all: readonly RestoreProgress[]): RestoreProgress {
  const sum = (of: (progress: RestoreProgress) => number) => all.reduce((total, one) => total + of(one), 0)
  return progressOf({
    taskId: all.map(({ taskId }) => taskId).join(', '),
    restored: sum(({ restored }) => restored),
    total: sum(({ total }) => total),
    ms: Math.max(0, ...all.map(({ ms }) => ms)),
  })
}

/** For example: `restored 41000 of 100000 records (41 %), 20500/s, 3 s left`. */
export function describeProgress({ restored, total, rate, secondsLeft }: RestoreProgress): string {
  const percent = total === 0 ? 100 : Math.min(100, Math.floor((restored / total) * 100))
  return `restored ${restored} of ${total} records (${percent} %), ${rate}/s, ${secondsLeft ?? '?'} s left`
}

function progressOf(of: Pick<RestoreProgress, 'taskId' | 'restored' | 'total' | 'ms'>): RestoreProgress {
  const rate = Math.round((of.restored / Math.max(1, of.ms)) * 1000)
  // More may come while it is restored: what is left is never negative.
  const secondsLeft = rate === 0 ? undefined : Math.ceil(Math.max(0, of.total - of.restored) / rate)
  return { ...of, rate, secondsLeft }
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}
