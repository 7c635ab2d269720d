import type { Log } from '../log/port'
import { openLogRegistry, registryFromEnv, remoteRegistry, type SchemaRegistry } from '../registry'

/** The registry that the environment names (`KAFKA_SCHEMA_REGISTRY`), else the one that is kept in the log itself. */
export async function withRegistryFromEnv<T>(
  env: NodeJS.ProcessEnv,
  log: () => Promise<Log>,
  use: (registry: SchemaRegistry) => Promise<T>,
): Promise<T> {
  const named = registryFromEnv(env)
  if (named !== undefined) return use(remoteRegistry(named))
  const opened = await log()
  try {
    const registry = await openLogRegistry(opened)
    try {
      return await use(registry)
    } finally {
      await registry.close()
    }
  } finally {
    await opened.close()
  }
}
