import { punctuations } from './punctuations'

test('is due again after its interval where the clock was put back', () => {
  const all = punctuations()
  const ran: number[] = []
  all.schedule(10_100, 100, (now) => ran.push(now))
  all.run(10_100)
  all.run(5_000)
  expect(all.next()).toBe(5_100)
  all.run(5_100)
  expect(ran).toEqual([10_100, 5_100])
})

test('runs once for all the points that a clock put forward has passed', () => {
  const all = punctuations()
  const ran: number[] = []
  all.schedule(100, 100, (now) => ran.push(now))
  all.run(1_050)
  expect(ran).toEqual([1_050])
  expect(all.next()).toBe(1_100)
})
