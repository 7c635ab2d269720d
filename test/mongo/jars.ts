import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

const SERVER = ['de.bwaldvogel', 'mongo-java-server', '1.47.0'] as const
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000

/** The `java` command, if it is Java 17 or later. @throws Error that says what is missing */
export function findJava(): string {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  if (error !== undefined) throw new Error('there is no Java')
  const version = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1]
  if (Number(version) < 17) throw new Error(`Java ${version} is older than 17`)
  return java
}

/**
 * The directory of the server's jars in the user's cache, fetched by Maven where it is not there yet. It appears by a
 * rename, so that it is whole or absent. Waits, since jest decides which tests to skip while it loads a file.
 * @throws Error that says what is missing
 */
export function mongoJars(): string {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'millrace')
  const target = path.join(cache, `${SERVER[1]}-${SERVER[2]}`)
  if (existsSync(target)) return target
  mkdirSync(cache, { recursive: true })
  const fetched = mkdtempSync(path.join(cache, 'fetching-'))
  try {
    fetchJars(fetched)
    if (!existsSync(target)) renameSync(path.join(fetched, 'lib'), target)
    return target
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
}

function fetchJars(directory: string): void {
  const [group, artifact, version] = SERVER
  const pom = path.join(directory, 'pom.xml')
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>mongo-jars</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
</dependency></dependencies></project>
`,
  )
  const maven = process.platform === 'win32' ? 'mvn.cmd' : 'mvn'
  const args = [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${path.join(directory, 'lib')}`,
  ]
  try {
    execFileSync(maven, args, { timeout: DOWNLOAD_TIMEOUT_MS, stdio: 'pipe' })
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Error(
      missing ? 'there is Java but no Maven to fetch the server' : `Maven could not fetch ${artifact} ${version}`,
    )
  }
}
