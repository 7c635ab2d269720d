/** JSON with the line of every value, so that a message can say where. Comments are white space, as for Avro's Java parser. */

export interface Placed {
  /** From 1. */
  readonly line: number
  /** Of a member of an object: where its name begins in the text. */
  readonly nameAt?: number
  /** A string, number, boolean or null; undefined for a list or an object. */
  readonly value?: string | number | boolean | null
  readonly items?: readonly Placed[]
  readonly members?: ReadonlyMap<string, Placed>
}

export class JsonProblem extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message)
  }
}

const token =
  /([ \t\r\n]+|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*)|([{}[\]:,])|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*|true|false|null)/y

interface Token {
  readonly text: string
  readonly line: number
  readonly at: number
}

/** @throws JsonProblem */
export function placedJson(source: string): Placed {
  const tokens = tokensOf(source)
  let at = 0
  const peek = (): Token => {
    const next = tokens[at]
    if (next === undefined) throw new JsonProblem(tokens.at(-1)?.line ?? 1, 'the text ends too early')
    return next
  }
  const take = (expected?: string): Token => {
    const next = peek()
    if (expected !== undefined && next.text !== expected)
      throw new JsonProblem(next.line, `expected ${expected}, but found ${next.text}`)
    at += 1
    return next
  }
  const many = (end: string, one: () => void) => {
    if (peek().text === end) return void take()
    for (;;) {
      one()
      if (take(peek().text === end ? end : ',').text === end) return
    }
  }
  const value = (): Placed => {
    const { text, line } = take()
    if (text === '[') {
      const items: Placed[] = []
      many(']', () => items.push(value()))
      return { line, items }
    }
    if (text !== '{') return { line, value: literal(text, line) }
    const members = new Map<string, Placed>()
    many('}', () => {
      const key = take()
      if (!key.text.startsWith('"')) throw new JsonProblem(key.line, `expected a name in quotes, but found ${key.text}`)
      take(':')
      members.set(String(literal(key.text, key.line)), { ...value(), nameAt: key.at })
    })
    return { line, members }
  }
  const root = value()
  const rest = tokens[at]
  if (rest !== undefined) throw new JsonProblem(rest.line, `expected the end of the text, but found ${rest.text}`)
  return root
}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  token.lastIndex = 0
  while (token.lastIndex < source.length) {
    const from = token.lastIndex
    const found = token.exec(source)
    if (found === null) throw new JsonProblem(line, `unexpected ${JSON.stringify(source[from])}`)
    if (found[1] === undefined) tokens.push({ text: found[0], line, at: from })
    line += found[0].split('\n').length - 1
  }
  return tokens
}

function literal(text: string, line: number): string | number | boolean | null {
  try {
    return JSON.parse(text)
  } catch {
    throw new JsonProblem(line, `unexpected ${text}`)
  }
}
