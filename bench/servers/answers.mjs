/** CPU time in microseconds, and the number of requests, since the start. */
export function usageOf(requests) {
  const { user, system } = process.cpuUsage()
  return { cpu: user + system, requests }
}

/** The bytes of the process and of its heap after garbage collection, for which Node runs with `--expose-gc`. */
export async function memoryOf() {
  for (let i = 0; i < 3; i++) {
    // What has ended is let go in the next ticks.
    await new Promise(resolve => setTimeout(resolve, 100))
    globalThis.gc()
  }
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heap: heapUsed }
}

/** Answers the questions of the parent process, each a name or `{ name, … }`, with these functions, until it says `stop` or has ended. */
export function answerParent({ stop = () => {}, ...answers }) {
  process.on('disconnect', () => process.exit())
  process.on('message', async question => {
    if (question !== 'stop') return process.send(await answers[question.name ?? question](question))
    await stop()
    // Timers of some peers would keep the process alive.
    process.exit()
  })
}

/** Microseconds for each of the `count` operations that `work` makes: of the clock, and of this process. */
export async function timed(work, count) {
  const before = process.cpuUsage()
  const begin = performance.now()
  await work()
  const wall = (performance.now() - begin) * 1000
  const { user, system } = process.cpuUsage(before)
  return { wall: wall / count, cpu: (user + system) / count }
}

/** The same answer to a question of each of these names. */
export function toEach(names, answer) {
  return Object.fromEntries(names.map(name => [name, answer]))
}
