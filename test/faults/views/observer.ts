import { setTimeout as sleep } from 'node:timers/promises'
import { OutageError } from 'millrace'
import type { OrderReadModel } from '../../../readmodel/port'
import type { Violation } from '../verify/checks'

/** Looks at the newest orders again and again while faults go on: a version that falls was seen by somebody. */
export interface Observer {
  stop(): Promise<{ readonly looks: number; readonly violations: readonly Violation[] }>
}

const EVERY_MS = 50
const NEWEST = 300

export function observe(model: OrderReadModel): Observer {
  const versions = new Map<string, number>()
  const violations: Violation[] = []
  let looks = 0
  let stopped = false

  const look = async () => {
    const { orders } = await model.list({ limit: NEWEST })
    looks += 1
    for (const { orderId, version } of orders) {
      const before = versions.get(orderId) ?? 0
      if (version < before)
        violations.push({ check: 'M', what: `${orderId} fell from version ${before} to ${version}` })
      versions.set(orderId, Math.max(before, version))
    }
  }
  const run = async () => {
    while (!stopped) {
      // On a busy machine the server may not answer in time: then it was not looked at.
      await look().catch((error: unknown) => {
        if (!(error instanceof OutageError)) throw error
      })
      await sleep(EVERY_MS)
    }
  }
  const running = run()
  // Told by `stop`.
  running.catch(() => undefined)
  return {
    stop: async () => {
      stopped = true
      await running
      return { looks, violations }
    },
  }
}
