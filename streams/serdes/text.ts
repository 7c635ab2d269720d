/** Of what a piece holds many texts, and no text that is larger than a part of it: those get a buffer of their own. */
const PIECE_BYTES = 32 * 1024
const LARGEST_SHARE = 8
/** UTF-8 takes at most three bytes for each unit of a JavaScript string. */
const BYTES_PER_UNIT = 3

/**
 * Makes UTF-8 of texts, many of them in one piece of memory: neither is the length of each counted first, nor memory
 * asked for. What it gives is never written again.
 */
export function utf8Writer(): (text: string) => Buffer {
  let piece: Buffer | undefined
  let end = 0
  return (text) => {
    const most = text.length * BYTES_PER_UNIT
    if (most > PIECE_BYTES / LARGEST_SHARE) return Buffer.from(text, 'utf8')
    if (piece === undefined || end + most > PIECE_BYTES) {
      piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
      end = 0
    }
    const start = end
    end += piece.write(text, start, 'utf8')
    return piece.subarray(start, end)
  }
}
