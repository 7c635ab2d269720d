/**
 * Ends what a launcher started once the launcher is gone, however it went: its end of our stdin is then closed, even
 * after a kill -9. Each line on stdin is a JSON array: ["+pid", 1], ["-pid", 1], ["+dir", "/tmp/x"], ["-dir", "/tmp/x"].
 */
const { rmSync } = require('node:fs')
const { createInterface } = require('node:readline')

const held = { pid: new Set(), dir: new Set() }

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [change, what] = JSON.parse(line)
    const set = held[change.slice(1)]
    if (change[0] === '+') set.add(what)
    else set.delete(what)
  })
  .on('close', () => {
    for (const pid of held.pid) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    for (const dir of held.dir) rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    process.exit(0)
  })
