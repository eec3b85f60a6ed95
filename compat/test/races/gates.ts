/** Where a request waits until the test lets it go on. */
export interface Gate {
  /** Settles when the request has arrived. */
  readonly arrived: Promise<void>
  /** Lets it go on. */
  open(): void
  /** What the request calls: tells that it has arrived, and waits. */
  pass(): Promise<void>
}

export function gate(): Gate {
  let [arrive, open] = [() => {}, () => {}]
  const arrived = new Promise<void>(resolve => {
    arrive = resolve
  })
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return {
    arrived,
    open: () => open(),
    pass() {
      arrive()
      return opened
    },
  }
}

/** Run `count` races, `lanes` of them at once. */
export async function inLanes(
  count: number,
  lanes: number,
  race: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await race(next++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
