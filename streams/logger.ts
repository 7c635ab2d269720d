/** The logger the engine writes to, in pino's shape: fields first, then one readable line. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** Lets the engine leave out work for lines nobody reads. */
  isLevelEnabled?(level: string): boolean
}

export const silentLogger: Logger = Object.freeze({ debug: none, info: none, warn: none, error: none })

function none(): void {}
