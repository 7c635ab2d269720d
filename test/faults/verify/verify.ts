import {
  type CheckOptions,
  checkBuried,
  checkDoubled,
  checkLost,
  checkOrder,
  commandsOf,
  type Violation,
} from './checks'
import { type EvidenceOptions, gather } from './evidence'
import { checkStores } from './stores'

export interface Figures {
  readonly acknowledged: number
  readonly failed: number
  readonly unknown: number
  readonly commands: number
  readonly effects: number
  readonly poison: number
  readonly deadLetters: number
  readonly storeCopies: number
  readonly damagedCopies: number
}

export interface Verdict {
  readonly figures: Figures
  readonly violations: readonly Violation[]
}

export type VerifyOptions = EvidenceOptions & Pick<CheckOptions, 'operations' | 'exact'>

/** Offline: nothing may be running any more. It knows nothing of how the engine works, only what it promises. */
export async function verify({ operations, exact, ...sources }: VerifyOptions): Promise<Verdict> {
  const evidence = await gather(sources)
  const { flow } = sources
  const options = { evidence, operations, exact }
  const input = evidence.input.flat()
  const results = (wanted: string) => operations.filter(({ result }) => result === wanted).length
  const commands = commandsOf(input).length
  return {
    figures: {
      acknowledged: results('ok'),
      failed: results('failed'),
      unknown: results('unknown'),
      commands,
      effects: evidence.effects.flat().length,
      poison: input.length - commands,
      deadLetters: evidence.deadLetters.length,
      storeCopies: evidence.copies.length,
      damagedCopies: evidence.damaged.length,
    },
    violations: [
      ...checkLost(options),
      ...checkDoubled(options),
      ...checkStores(flow, options),
      ...checkOrder(options),
      ...checkBuried(options),
    ],
  }
}
