import { posix } from 'node:path'
import { applicationRooms, engineRooms, packageRooms } from './rules'
import type { Import } from './scan'

/** `file:line: what is imported: the rule it breaks`, or undefined. */
export function verdict(of: Import): string | undefined {
  const broken = brokenRule(of)
  return broken === undefined ? undefined : `${of.file}:${of.line} imports ${of.specifier}: ${broken}`
}

function brokenRule({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return packageRule(file, specifier)
  const target = posix.normalize(posix.join(posix.dirname(file), specifier))
  const fromEngine = file.startsWith('streams/')
  const toEngine = target === 'streams' || target.startsWith('streams/')
  if (fromEngine && toEngine) return engineRule(file, target)
  if (fromEngine) return outOfTheEngine(file, target)
  if (toEngine) return "the application imports the engine by its package name only, 'millrace'"
  return applicationRule(file, target)
}

function packageRule(file: string, specifier: string): string | undefined {
  const room = Object.entries(packageRooms).find(
    ([name]) => specifier === name || specifier.startsWith(`${name}/`),
  )?.[1]
  if (room !== undefined && !file.startsWith(`${room}/`) && !isBench(file)) return `only ${room} knows this package`
  const ofEngine = specifier === 'millrace' || specifier.startsWith('millrace/')
  if (!ofEngine) return undefined
  if (file.startsWith('streams/')) return isFixture(file) ? undefined : 'the engine imports itself by relative paths'
  const testing = specifier === 'millrace/testing' && (isTest(file) || isBench(file))
  if (specifier === 'millrace' || testing) return undefined
  return "the application imports the engine as 'millrace', and its tests also 'millrace/testing'"
}

function engineRule(file: string, target: string): string | undefined {
  const [from, to] = [roomOf(file, engineRooms), roomOf(target, engineRooms)]
  // Tests and benchmarks stand outside: they put rooms together that do not know each other.
  if (isTest(file) || from === to || to === 'package.json' || isBench(file)) return undefined
  const allowed = engineRooms[from]
  if (allowed === undefined) return `streams/${from} is no room of the table in test/imports/rules.ts`
  if (allowed.includes(to)) return undefined
  return `streams/${from} may import ${allowed.join(', ') || 'nothing'}, not streams/${to}`
}

/** The finder of a Kafka for the tests serves both. */
function outOfTheEngine(file: string, target: string): string | undefined {
  if (isTest(file) && /^test\/(kafka|apicurio)\//.test(target)) return undefined
  return 'the engine imports nothing of the application'
}

function applicationRule(file: string, target: string): string | undefined {
  const wiring = !file.includes('/')
  if (isTest(file) || isBench(file) || wiring) return undefined
  const [from, to] = [roomOf(file, applicationRooms), roomOf(target, applicationRooms)]
  if (from === to) return undefined
  const allowed = applicationRooms[from]
  if (allowed === undefined) return `${from} is no room of the table in test/imports/rules.ts`
  return allowed.includes(to) ? undefined : `${from} may import ${allowed.join(', ') || 'nothing'}, not ${to}`
}

/** The folder, or the file where it stands at the top. */
function roomOf(path: string, rooms: Readonly<Record<string, unknown>>): string {
  const [first = '', ...others] = (rooms === engineRooms ? path.replace(/^streams\/?/, '') : path).split('/')
  return others.length === 0 ? first.replace(/\.ts$/, '') || 'index' : first
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.startsWith('test/') || file.startsWith('streams/test/') || isFixture(file)
}

/** Benchmarks stand outside of the rooms and measure them. */
function isBench(file: string): boolean {
  return file.startsWith('bench/') || file.startsWith('streams/bench/')
}

function isFixture(file: string): boolean {
  return file.includes('/fixtures/')
}
