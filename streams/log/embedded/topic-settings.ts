import { TerminalError } from '../../errors'

/** What the embedded log honours of Kafka's topic configuration. */
export interface TopicSettings {
  readonly compact: boolean
  readonly delete: boolean
  /** ms; -1 for ever. */
  readonly retentionMs: number
  /** Bytes per partition; -1 without limit. */
  readonly retentionBytes: number
  readonly deleteRetentionMs: number
  readonly minCleanableDirtyRatio: number
  readonly segmentBytes: number
  readonly maxMessageBytes: number
}

/** Kafka's defaults, but smaller segments: only closed ones are compacted and deleted, and one log here is small. */
const defaults: Readonly<Record<string, string>> = Object.freeze({
  'cleanup.policy': 'delete',
  'delete.retention.ms': '86400000',
  'max.message.bytes': '1048588',
  'min.cleanable.dirty.ratio': '0.5',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': String(16 * 1024 * 1024),
})

/** The configuration in full, as Kafka describes a topic: what was set and the defaults of the rest. */
export function describedConfig(config: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...defaults, ...config }
}

/** @throws TerminalError CONFIG_INVALID (details: topic, name) */
export function readSettings(topic: string, config: Readonly<Record<string, string>>): TopicSettings {
  const full = describedConfig(config)

  function refuse(name: string): never {
    throw new TerminalError('CONFIG_INVALID', `topic ${topic}: ${name} cannot be ${JSON.stringify(full[name])}`, {
      details: { topic, name },
    })
  }
  function number(name: string, least: number): number {
    const value = Number(full[name])
    return full[name]!.trim() !== '' && value >= least ? value : refuse(name)
  }

  const policies = full['cleanup.policy']!.split(',').map((each) => each.trim())
  if (policies.some((each) => each !== 'compact' && each !== 'delete')) refuse('cleanup.policy')
  return {
    compact: policies.includes('compact'),
    delete: policies.includes('delete'),
    retentionMs: number('retention.ms', -1),
    retentionBytes: number('retention.bytes', -1),
    deleteRetentionMs: number('delete.retention.ms', 0),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio', 0),
    segmentBytes: number('segment.bytes', 1),
    maxMessageBytes: number('max.message.bytes', 0),
  }
}
