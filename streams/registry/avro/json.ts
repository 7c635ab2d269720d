/**
 * The JSON of schemas, as Avro's Java parser takes it: comments are white space, the last of several members of one name
 * wins, and numbers stay as they are written, since a long may be beyond 2^53 and `1.0` is no int.
 */

export interface JsonNumber {
  /** As written; `NaN` and the infinities stand for themselves. */
  readonly digits: string
  /** Whether it is written without a fraction and an exponent. */
  readonly integral: boolean
}

export type JsonObject = ReadonlyMap<string, Json>
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject

/** Nothing in it: the properties of most types. */
export const noMembers: JsonObject = new Map()

export function isJsonObject(json: Json | undefined): json is JsonObject {
  return json instanceof Map
}

export function isJsonArray(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json)
}

export function isJsonNumber(json: Json | undefined): json is JsonNumber {
  return typeof json === 'object' && json !== null && 'digits' in json
}

/** The same as a value of JavaScript; a number that JavaScript lacks becomes the nearest one it has. */
export function plainJson(json: Json): unknown {
  if (isJsonNumber(json)) return Number(json.digits)
  if (isJsonArray(json)) return json.map(plainJson)
  return isJsonObject(json) ? Object.fromEntries([...json].map(([key, value]) => [key, plainJson(value)])) : json
}

/** Whether they are the same node for Java's Jackson: `1` and `1.0` are not, the order of members does not matter. */
export function equalJson(one: Json, other: Json): boolean {
  if (isJsonNumber(one)) return isJsonNumber(other) && equalNumbers(one, other)
  if (isJsonArray(one)) {
    return (
      isJsonArray(other) && one.length === other.length && one.every((item, index) => equalJson(item, other[index]!))
    )
  }
  return isJsonObject(one) ? isJsonObject(other) && equalMembers(one, other) : one === other
}

export function equalMembers(one: JsonObject, other: JsonObject): boolean {
  if (one.size !== other.size) return false
  for (const [key, value] of one) {
    const counterpart = other.get(key)
    if (counterpart === undefined || !equalJson(value, counterpart)) return false
  }
  return true
}

function equalNumbers(one: JsonNumber, other: JsonNumber): boolean {
  if (one.integral !== other.integral) return false
  return one.integral
    ? BigInt(one.digits) === BigInt(other.digits)
    : Object.is(Number(one.digits), Number(other.digits))
}

/** Deeper than this no schema is nested, and longer no number is; Jackson has the same bounds. */
const maxDepth = 1000
const maxDigits = 1000
const space = /(?:[ \t\r\n]|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*)*/y
const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![\w.])/y
const word = /(?:true|false|null)(?![\w$])/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON wants them escaped.
const text = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y

interface Reading {
  readonly source: string
  at: number
}

/** @throws SyntaxError when the text is no JSON, or goes on after it */
export function parseJson(source: string): Json {
  const reading = { source, at: 0 }
  const json = value(reading, 0)
  // Java's own idea of white space: everything up to the blank; comments do not count here.
  for (; reading.at < source.length; reading.at++) {
    if (source.charCodeAt(reading.at) > 0x20) throw unexpected(reading)
  }
  return json
}

function value(reading: Reading, depth: number): Json {
  if (depth > maxDepth) throw new SyntaxError(`it is nested more than ${maxDepth} deep`)
  match(space, reading)
  const first = reading.source[reading.at]
  if (first === '{') return object(reading, depth)
  if (first === '[') return array(reading, depth)
  if (first === '"') return string(reading)
  const known = match(word, reading)
  if (known) return known === 'null' ? null : known === 'true'
  const digits = match(number, reading)
  if (digits === undefined) throw unexpected(reading)
  if (digits.length > maxDigits) throw new SyntaxError(`a number of more than ${maxDigits} digits`)
  return { digits, integral: !/[.eE]/.test(digits) }
}

function object(reading: Reading, depth: number): JsonObject {
  const members = new Map<string, Json>()
  reading.at += 1
  if (next(reading, '}')) return members
  do {
    match(space, reading)
    const key = string(reading)
    if (!next(reading, ':')) throw unexpected(reading)
    members.set(key, value(reading, depth + 1))
  } while (next(reading, ','))
  if (!next(reading, '}')) throw unexpected(reading)
  return members
}

function array(reading: Reading, depth: number): readonly Json[] {
  const items: Json[] = []
  reading.at += 1
  if (next(reading, ']')) return items
  do items.push(value(reading, depth + 1))
  while (next(reading, ','))
  if (!next(reading, ']')) throw unexpected(reading)
  return items
}

function string(reading: Reading): string {
  const quoted = match(text, reading)
  if (quoted === undefined) throw unexpected(reading)
  return JSON.parse(quoted)
}

/** Goes over white space and then the character, where it is the next. */
function next(reading: Reading, character: string): boolean {
  match(space, reading)
  if (reading.source[reading.at] !== character) return false
  reading.at += 1
  return true
}

function match(pattern: RegExp, reading: Reading): string | undefined {
  pattern.lastIndex = reading.at
  const found = pattern.exec(reading.source)?.[0]
  if (found !== undefined) reading.at += found.length
  return found
}

function unexpected({ source, at }: Reading): SyntaxError {
  const what = at < source.length ? `unexpected ${JSON.stringify(source[at])} at character ${at}` : 'it ends too early'
  return new SyntaxError(what)
}
