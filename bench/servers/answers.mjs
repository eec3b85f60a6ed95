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

/** Answers the questions of the parent process with these functions, until it says `stop` or has ended. */
export function answerParent({ stop = () => {}, ...answers }) {
  process.on('disconnect', () => process.exit())
  process.on('message', async question => {
    if (question !== 'stop') return process.send(await answers[question]())
    await stop()
    // Timers of some peers would keep the process alive.
    process.exit()
  })
}
