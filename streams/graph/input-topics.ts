import { repartitionTopic } from './names'
import type { SubTopology } from './subtopologies'

/** The topics of others that sub-topologies read, each once. */
export function sourceTopics(subs: readonly SubTopology[]): readonly string[] {
  return unique(subs.flatMap(({ sources }) => sources.map(({ topic }) => topic.name)))
}

/** The repartition topics that they read. */
export function repartitionTopics(subs: readonly SubTopology[], applicationId: string): readonly string[] {
  const names = subs.flatMap(({ repartitionSources }) => repartitionSources.map(({ spec }) => spec.repartition))
  return unique(names.map((name) => repartitionTopic(applicationId, name)))
}

/** All that they read but global tables. */
export function inputTopics(subs: readonly SubTopology[], applicationId: string): readonly string[] {
  return [...sourceTopics(subs), ...repartitionTopics(subs, applicationId)]
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
