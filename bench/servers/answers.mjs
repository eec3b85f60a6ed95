/** CPU time in microseconds, and the number of requests, since the start. */
export function usageOf(requests) {
  const { user, system } = process.cpuUsage()
  return { cpu: user + system, requests }
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
