import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

export const JAVA_NEEDED = 21

/** Where systems and tools put what they install beside the Java of the path. */
const INSTALLED = [
  '/usr/lib/jvm',
  '/opt',
  '/opt/java',
  '/Library/Java/JavaVirtualMachines',
  path.join(homedir(), '.sdkman', 'candidates', 'java'),
  path.join(homedir(), '.jdks'),
]

/**
 * The `java` command of the newest Java from 21 on: of `JAVA_HOME`, `JAVA21_HOME`, or installed where systems install it.
 * @throws Error that says what is missing
 */
export function findNewJava(): string {
  const homes = [process.env.JAVA21_HOME, process.env.JAVA_HOME, ...INSTALLED.flatMap(homesIn)]
  const found = homes.flatMap((home) => {
    const version = home === undefined || home === '' ? 0 : versionOf(home)
    return version >= JAVA_NEEDED ? [{ version, command: path.join(home!, 'bin', 'java') }] : []
  })
  const newest = found.sort((one, other) => other.version - one.version)[0]
  if (newest !== undefined) return newest.command
  throw new Error(`there is no Java ${JAVA_NEEDED} or later (JAVA21_HOME can name one)`)
}

function homesIn(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).map((name) => path.join(directory, name))
    return [...names, ...names.map((name) => path.join(name, 'Contents', 'Home'))]
  } catch {
    return []
  }
}

/** Every Java writes down what it is. */
function versionOf(home: string): number {
  if (!existsSync(path.join(home, 'bin', 'java'))) return 0
  try {
    const release = readFileSync(path.join(home, 'release'), 'utf8')
    return Number(/^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)?.[1] ?? 0)
  } catch {
    return 0
  }
}
