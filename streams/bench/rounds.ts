/** Measures by rounds: the machine is not ours alone, so the fastest of them counts. */
const ROUNDS = 7

/** Prints what one of `count` operations takes in the fastest round. */
export function measure(name: string, count: number, run: () => void): void {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    run()
    best = Math.min(best, performance.now() - began)
  }
  const nanoseconds = (best * 1e6) / count
  const perSecond = Math.round(1e9 / nanoseconds).toLocaleString('en-US')
  console.log(`  ${name.padEnd(44)} ${nanoseconds.toFixed(0).padStart(7)} ns  ${perSecond.padStart(13)}/s`)
}
