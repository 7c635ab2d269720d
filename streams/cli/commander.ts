/** Loaded by the command only: it stands in one file with the engine, whose start it would delay. */
export const commander = () => require('commander') as typeof import('commander')
