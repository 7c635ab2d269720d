/** The table of DESIGN: imports point one way. A room may import itself, and what stands behind it here. */

/** The engine's rooms; files that stand at its top are rooms of their own, by name. */
export const engineRooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  clock: [],
  logger: [],
  log: ['errors', 'clock', 'logger'],
  registry: ['errors', 'clock', 'logger', 'log'],
  serdes: ['errors', 'clock', 'logger', 'registry'],
  topics: ['serdes'],
  privacy: ['errors', 'clock', 'logger', 'log', 'registry', 'serdes'],
  stores: ['errors', 'clock', 'logger', 'log', 'registry', 'serdes'],
  graph: ['errors', 'clock', 'logger', 'log', 'registry', 'serdes', 'stores'],
  dsl: ['errors', 'log', 'registry', 'serdes', 'topics', 'stores', 'graph'],
  operators: ['errors', 'clock', 'log', 'registry', 'serdes', 'stores', 'graph'],
  tasks: ['errors', 'clock', 'log', 'registry', 'serdes', 'stores', 'graph', 'operators'],
  worker: ['errors', 'clock', 'logger', 'log', 'registry', 'serdes', 'topics', 'stores', 'graph', 'operators', 'tasks'],
  cli: ['errors', 'clock', 'logger', 'log', 'registry', 'serdes', 'topics', 'stores', 'graph', 'tasks', 'worker'],
  testing: [
    ...['errors', 'clock', 'logger', 'log', 'registry', 'serdes', 'topics', 'stores', 'graph', 'dsl', 'operators'],
    ...['tasks', 'privacy'],
  ],
  index: [
    ...['errors', 'clock', 'logger', 'log', 'registry', 'serdes', 'topics', 'stores', 'graph', 'dsl', 'operators'],
    ...['tasks', 'worker', 'privacy'],
  ],
  engine: ['index', 'testing', 'worker', 'cli'],
  build: ['engine'],
}

/** The application's rooms; what stands at the top level is the wiring and may import all of them. */
export const applicationRooms: Readonly<Record<string, readonly string[]>> = {
  schemas: [],
  state: ['schemas'],
  processors: ['schemas', 'state'],
  gateways: ['schemas', 'processors'],
  readmodel: ['schemas', 'processors'],
  topology: ['schemas', 'state', 'processors'],
  api: ['schemas', 'processors', 'readmodel', 'topology'],
  examples: [],
}

/** Packages that only one room may know. */
export const packageRooms: Readonly<Record<string, string>> = { kafkajs: 'streams/log/kafkajs' }
