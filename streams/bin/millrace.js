#!/usr/bin/env node
// In the published package the command runs from dist. In a checkout it runs from its sources, in a process of its own
// that loads TypeScript and finds the sources of `millrace` where a module imports it.
const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const source = join(__dirname, '..', 'cli', 'main.ts')
if (existsSync(source)) runFromSource()
else require('../dist/cli/main.js')

function runFromSource() {
  const options = ['--conditions=source', '--require', require.resolve('tsx/cjs'), source]
  const child = spawn(process.execPath, [...options, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal interrupts both, anyone else signals this process only; it ends when the child does.
  const forward = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128 + require('node:os').constants.signals[signal])
  })
}
