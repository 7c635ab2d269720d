import type { RunOptions, RunResult } from '../run'
import type { World } from '../world'

export type Size = 'short' | 'long'

interface Common {
  /** As the faults are counted in docs/reliability.md. */
  readonly number: number
  readonly name: string
  readonly title: string
  readonly brokers: 1 | 3
  /** Nothing may be repeated under at-least-once either: everybody had time to commit. */
  readonly orderly?: true
  /** Why it cannot be tried on this machine; undefined where it can. */
  readonly impossible?: () => Promise<string | undefined>
}

/** Something that is done to the workers of `flow.ts` and what they stand on. */
export interface FlowFault extends Common {
  /** Copies that cannot be opened are part of this fault. */
  readonly damages?: true
  /** Commands are Avro, and the workers have a schema registry. */
  readonly avro?: true
  /** Each worker has its own way to the broker, on which things can go wrong. */
  readonly networked?: true
  /** Commands are free of poison until the fault says otherwise. */
  readonly sound?: true
  /** Each worker's state has a disk of its own, of so many megabytes. */
  readonly diskMb?: number
  /** Further variables of the workers' environment. */
  readonly env?: Readonly<Record<string, string>>
  run(world: World, size: Size): Promise<void>
}

/** Something that is done to another application, which it starts, ends and judges by itself. */
export interface OwnFault extends Common {
  runAlone(options: RunOptions): Promise<RunResult>
}

export type Fault = FlowFault | OwnFault
