import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

export const APICURIO_VERSION = '3.3.3'

const ARTIFACT = 'apicurio-registry-app'
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000

/**
 * Apicurio Registry, unpacked in the user's cache, fetched by Maven where it is not there yet. It appears by a rename, so
 * that it is whole or absent. Waits, since jest decides which tests to skip while it loads a file.
 * @throws Error that says what is missing
 */
export function apicurioHome(): string {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'millrace')
  const target = path.join(cache, `apicurio-${APICURIO_VERSION}`)
  if (existsSync(target)) return target
  mkdirSync(cache, { recursive: true })
  const fetched = mkdtempSync(path.join(cache, 'fetching-'))
  try {
    fetchAndUnpack(fetched)
    if (!existsSync(target)) renameSync(path.join(fetched, 'home'), target)
    return target
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
}

function fetchAndUnpack(directory: string): void {
  const coordinates = `io.apicurio:${ARTIFACT}:${APICURIO_VERSION}:tar.gz:all`
  const maven = process.platform === 'win32' ? 'mvn.cmd' : 'mvn'
  const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${coordinates}`, `-DoutputDirectory=${directory}`]
  try {
    execFileSync(maven, args, { cwd: directory, timeout: DOWNLOAD_TIMEOUT_MS, stdio: 'pipe' })
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Error(
      missing
        ? 'there is Java but no Maven to fetch Apicurio'
        : `Maven could not fetch ${ARTIFACT} ${APICURIO_VERSION}`,
    )
  }
  const home = path.join(directory, 'home')
  mkdirSync(home)
  execFileSync('tar', ['-xzf', path.join(directory, `${ARTIFACT}-${APICURIO_VERSION}-all.tar.gz`), '-C', home])
}
