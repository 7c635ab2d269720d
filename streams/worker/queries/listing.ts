import type { AnyStoreDeclaration } from '../../stores/declaration'
import type { PlacedStore } from './placing'
import type { QueryKind } from './query'
import { kindsOf } from './run'

/** One way to ask over HTTP. */
interface RouteShown {
  readonly path: string
  readonly does: string
  readonly parameters: Readonly<Record<string, string>>
}

const range = { limit: 'entries at most, or `all`; default 1000' }
const times = { from: 'ms, inclusive', to: 'ms, inclusive' }

const routes: Readonly<Record<QueryKind, RouteShown>> = {
  get: { path: '/get/{key}', does: 'the value of a key', parameters: {} },
  range: {
    path: '/range',
    does: 'entries with from <= key <= to, in the order of key bytes',
    parameters: { from: 'a key', to: 'a key', reverse: 'true: from the last to the first', ...range },
  },
  prefix: { path: '/prefix/{prefix}', does: 'entries whose key begins with the prefix', parameters: range },
  all: { path: '/all', does: 'every entry', parameters: range },
  count: { path: '/count', does: 'about how many entries there are', parameters: {} },
  window: { path: '/window/{key}/{start}', does: 'the window of a key that starts then (ms)', parameters: {} },
  windows: {
    path: '/windows/{key}',
    does: 'windows of a key that start within from..to',
    parameters: { ...times, reverse: 'true: the latest first', ...range },
  },
  'window-range': {
    path: '/windows',
    does: 'windows of many keys that start within from..to',
    parameters: { ...times, fromKey: 'a key', toKey: 'a key', ...range },
  },
  session: { path: '/session/{key}/{start}/{end}', does: 'one session of a key (ms)', parameters: {} },
  sessions: {
    path: '/sessions/{key}',
    does: 'sessions of a key that end at earliestEnd or later and start at latestStart or sooner',
    parameters: { earliestEnd: 'ms', latestStart: 'ms', ...range },
  },
}

const common = {
  atLeast: '`topic:partition:offset`, several with commas: the answer holds the effect of these records',
  timeoutMs: 'how long rebalances, restores and positions not yet reached are waited out; default 5000',
  allowStandby: 'true: a standby may answer where the active task does not, and says how stale it is',
  partition: 'a number, or `all`: asks these, whatever the key says',
  local: 'true: asks this member only',
}

/** A store as `GET /stores` shows it. */
export function shownStore({ declaration, partitions, subTopology, inputs }: PlacedStore) {
  const { name, kind, backend, key, value } = declaration
  const path = `/stores/${encodeURIComponent(name)}`
  return {
    name,
    kind,
    key: key.name,
    value: value.name,
    backend,
    ...retention(declaration),
    ...(subTopology === undefined ? { global: true } : { subTopology: subTopology.id, partitions }),
    inputs,
    routes: [
      ...kindsOf(declaration).map((one) => shown(path, declaration, routes[one])),
      { path: `${path}/owner/{key}`, does: 'who has a key', parameters: {} },
    ],
  }
}

function shown(path: string, { kind }: AnyStoreDeclaration, { path: rest, does, parameters }: RouteShown) {
  const asOf = kind === 'versioned' && rest.startsWith('/get') ? { asOf: 'ms: the version that held then' } : {}
  const reverse = rest === '/all' && kind.endsWith('key-value') ? { reverse: 'true: from the last to the first' } : {}
  return { path: `${path}${rest}`, does, parameters: { ...parameters, ...asOf, ...reverse, ...common } }
}

function retention(declaration: AnyStoreDeclaration) {
  if (declaration.kind === 'versioned') return { historyRetentionMs: declaration.historyRetentionMs }
  if (declaration.kind === 'session') return { retentionMs: declaration.retentionMs }
  if (declaration.kind === 'window' || declaration.kind === 'timestamped-window')
    return { windowSizeMs: declaration.windowSizeMs, retentionMs: declaration.retentionMs }
  return {}
}
