/** Byte strings one after the other, each behind its length (4 bytes); length -1 stands for null. */
export function optionalBytes(bytes: Buffer | null): Buffer {
  const part = Buffer.allocUnsafe(4 + (bytes?.length ?? 0))
  part.writeInt32BE(bytes?.length ?? -1)
  bytes?.copy(part, 4)
  return part
}

export function readOptional(bytes: Buffer, from: number): readonly (Buffer | null)[] {
  const parts: (Buffer | null)[] = []
  for (let at = from; at < bytes.length; ) {
    const length = bytes.readInt32BE(at)
    at += 4
    parts.push(length < 0 ? null : bytes.subarray(at, at + length))
    at += Math.max(0, length)
  }
  return parts
}
