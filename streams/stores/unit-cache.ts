/**
 * The decoded units of a store by their ids, within a number of bytes. One map holds all of them; what is live (changed and
 * not yet written) is never forgotten, and of the others those that were not used for longest go first, in two generations:
 * what is used belongs to the young one, and when that is full, what is older than the one before it is forgotten. So a
 * use costs a comparison and no reordering.
 */

import type { Arena } from './arena'
import type { ByteWrite } from './backend'
import { toId } from './bytes'

/** What was drained last of a unit and waits to be written. */
export interface Pending<U> {
  unit: U | undefined
  readonly arena: Arena
  /** Where its bytes are in the arena. */
  at: number
  /** NOTHING where it was deleted. */
  length: number
  /** How many bytes may be there. */
  room: number
}

export const NOTHING = -1

/** One unit; changed in place. */
export interface Slot<U> {
  readonly id: string
  /** undefined: there is none. */
  unit: U | undefined
  /** Timestamp (ms) of the record that made the latest change. */
  changedAt: number
  /** What its content is as bytes, where somebody else has encoded it since it was changed. */
  encoded: Buffer | undefined
  /** Changed since the last drain. */
  dirty: boolean
  pending: Pending<U> | undefined
  /** How many drained versions of it are not written yet: one that waits, and those being written. */
  flushes: number
  /** Bytes, estimated, as it was last written or read. */
  size: number
  /** In which generation it was last used. */
  generation: number
  /** In which version of the cache it was last changed, for iterations. */
  version: number
}

export interface UnitCache<U> {
  /** A use. */
  get(id: string): Slot<U> | undefined
  /** A look that is no use; nothing of what is live. */
  peek(id: string): Slot<U> | undefined
  /** The slot of a unit that is about to be changed. */
  hold(id: string): Slot<U>
  /** A slot for what is not there. */
  add(id: string, unit: U | undefined): Slot<U>
  /** What is no longer live, or was just read, stays while there is room. */
  keep(slot: Slot<U>, size: number): void
  /** Forgets what is written past the cache. */
  forget(writes: readonly ByteWrite[]): void
  version(): number
  /** Everything changed from now on has this version or a later one. */
  nextVersion(): number
}

export function unitCache<U>(limit: number): UnitCache<U> {
  const half = limit / 2
  const slots = new Map<string, Slot<U>>()
  let generation = 0
  let youngBytes = 0
  let version = 0
  /** Whoever reads a unit often writes it next. */
  let last: Slot<U> | undefined

  const isLive = (slot: Slot<U>) => slot.dirty || slot.flushes > 0

  function remove(slot: Slot<U>): void {
    slots.delete(slot.id)
    if (slot.generation === generation) youngBytes -= slot.size
    if (last === slot) last = undefined
  }

  function rotate(): void {
    generation += 1
    youngBytes = 0
    for (const slot of slots.values()) {
      if (slot.generation < generation - 1 && !isLive(slot)) remove(slot)
    }
  }

  /** Counts a slot as young. */
  function use(slot: Slot<U>): void {
    if (youngBytes + slot.size > half) {
      slot.generation = generation // or it would be among what is forgotten
      rotate()
    }
    slot.generation = generation
    youngBytes += slot.size
  }

  function find(id: string): Slot<U> | undefined {
    if (last !== undefined && last.id === id) return last
    const slot = slots.get(id)
    if (slot !== undefined) last = slot
    return slot
  }

  function add(id: string, unit: U | undefined): Slot<U> {
    const slot = {
      id,
      unit,
      changedAt: 0,
      encoded: undefined,
      dirty: false,
      pending: undefined,
      flushes: 0,
      size: 0,
      generation: -1,
      version: 0,
    }
    slots.set(id, slot)
    last = slot
    return slot
  }

  return {
    get(id) {
      const slot = find(id)
      if (slot !== undefined && slot.generation !== generation && !isLive(slot)) use(slot)
      return slot
    },
    peek(id) {
      const slot = slots.get(id)
      return slot === undefined || isLive(slot) ? undefined : slot
    },
    hold: (id) => find(id) ?? add(id, undefined),
    add,
    keep(slot, size) {
      if (slot.generation === generation) youngBytes -= slot.size
      slot.size = size
      slot.generation = -1
      if (size > half) remove(slot)
      else use(slot)
    },
    forget(writes) {
      if (slots.size === 0) return
      for (const { key } of writes) {
        const slot = slots.get(toId(key))
        if (slot !== undefined && !isLive(slot)) remove(slot)
      }
    },
    version: () => version,
    nextVersion: () => ++version,
  }
}
