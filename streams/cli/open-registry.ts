import type { Log } from '../log/port'
import { openLogRegistry, remoteRegistry, type SchemaRegistry } from '../registry'

/** The registry that the environment names (`KAFKA_SCHEMA_REGISTRY`), else the one that is kept in the log itself. */
export async function withRegistryFromEnv<T>(
  env: NodeJS.ProcessEnv,
  log: () => Promise<Log>,
  use: (registry: SchemaRegistry) => Promise<T>,
): Promise<T> {
  const { KAFKA_SCHEMA_REGISTRY: url, KAFKA_SCHEMA_REGISTRY_USER: user, KAFKA_SCHEMA_REGISTRY_PASSWORD: password } = env
  if (url !== undefined && url !== '')
    return use(remoteRegistry({ url, ...(user !== undefined && { credentials: { user, password: password ?? '' } }) }))
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
