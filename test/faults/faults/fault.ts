import type { World } from '../world'

export interface Fault {
  /** In issue order. */
  readonly number: number
  readonly name: string
  readonly title: string
  readonly brokers: 1 | 3
  /** Copies that cannot be opened are part of this fault. */
  readonly damages?: true
  /** Nothing may be repeated under at-least-once either: everybody had time to commit. */
  readonly orderly?: true
  /** False where only exactly-once promises anything. */
  readonly atLeastOnceToo?: false
  run(world: World, size: 'short' | 'long'): Promise<void>
}
