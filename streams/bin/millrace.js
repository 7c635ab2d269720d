#!/usr/bin/env node
// In a checkout the command runs from its sources through tsx; in the published package from dist.
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const source = join(__dirname, '..', 'cli', 'main.ts')
if (existsSync(source)) {
  require('tsx/cjs')
  require(source)
} else {
  require('../dist/cli/main.js')
}
