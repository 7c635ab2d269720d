import type { WindowTimes } from '../graph/specs/aggregate'
import type { KeyValueStoreDeclaration } from '../stores/declaration'
import type { KeyValueStore } from '../stores/store'
import type { OperatorContext } from './operator'

/** The times of a windowed aggregation: each input has a stream time of its own, as in Kafka Streams. */
export interface Times {
  /** Takes the timestamp into account; the stream time of that input, ms. */
  observe(timestamp: number, input: number): number
  /** ms: results of windows that closed before have come out; -1 when none has. */
  emittedUpTo: number
  /** Before a commit: keeps the times, so that a restart neither takes late records nor repeats final results. */
  keep(): void
}

const PLACE = 'times'

export function windowTimes(
  declaration: KeyValueStoreDeclaration<string, WindowTimes>,
  { inputs, store: open }: { readonly inputs: number } & Pick<OperatorContext, 'store'>,
): Times {
  const store = open(declaration.name) as KeyValueStore<string, WindowTimes>
  let kept: WindowTimes | undefined
  let streamTimes: number[] = []
  let emittedUpTo = -1

  /** Read with the first record, since stores are restored after the operators are made. */
  const read = () => {
    kept = store.get(PLACE) ?? { streamTimes: [], emittedUpTo: -1 }
    streamTimes = Array.from({ length: inputs }, (_, input) => kept!.streamTimes[input] ?? -1)
    emittedUpTo = kept.emittedUpTo
  }
  const changed = () =>
    kept !== undefined &&
    (kept.emittedUpTo !== emittedUpTo || streamTimes.some((time, input) => time !== kept!.streamTimes[input]))

  return {
    observe: (timestamp, input) => {
      if (kept === undefined) read()
      streamTimes[input] = Math.max(streamTimes[input]!, timestamp)
      return streamTimes[input]!
    },
    get emittedUpTo() {
      return emittedUpTo
    },
    set emittedUpTo(time) {
      emittedUpTo = time
    },
    keep: () => {
      if (!changed()) return
      kept = { streamTimes: [...streamTimes], emittedUpTo }
      store.put(PLACE, kept)
    },
  }
}
