import type { CallOptions, Outcome } from '../../calls/call.ts'
import type { Trial } from '../../trial/trial.ts'

interface Meeting {
  /** Brings the store into the state before the calls. */
  prepare(): Promise<unknown>
  /** Makes the calls. Their options give them time to wait while commands are held. */
  calls(patience: CallOptions): Promise<Outcome>[]
  /** Checks the result. `order` names the commands in the order in which they were released. */
  check(outcomes: readonly Outcome[], order: string): Promise<void>
}

/** Which of the held commands was released, and how many were held. */
interface Choice {
  readonly taken: number
  readonly of: number
}

const patience: CallOptions = { mayHang: true, deadlineMs: 5000 }
const mostOrders = 60
const mostMs = 3000
const settleMs = 25

/**
 * Runs parallel calls once for each order in which their commands can reach the backend. All commands are held, and released one at a
 * time, in a depth-first walk through the tree of choices.
 */
export async function everyOrder(t: Trial, meeting: Meeting): Promise<void> {
  // The first command of each method is not held, because it is not known yet how the method answers.
  await meeting.prepare()
  await Promise.all(meeting.calls(patience))
  const over = performance.now() + mostMs
  let path: number[] | undefined = []
  let held = false
  let ended = false
  // On a busy machine one walk may take all of the time, and only the second one holds anything.
  const maySpend = (count: number): boolean => count < 2 || (count < mostOrders && performance.now() < over)
  for (let count = 0; path && maySpend(count); count++) {
    await meeting.prepare()
    const { choices, order, outcomes } = await walk(t, meeting, path)
    held ||= choices.length > 0
    ended ||= outcomes.some(outcome => !outcome.hung)
    await meeting.check(outcomes, order.join(', ') || 'of the calls')
    // The first batch of a store may be the first call of a method, which is not held. The second walk holds it.
    path = nextPath(choices) ?? (count === 0 && !held ? [] : undefined)
  }
  if (!ended) t.unverified('no call was answered while its commands were let through one by one')
  if (!held) t.unverified('no command of the client waited at the gate: it answers at once')
}

interface Walk {
  readonly choices: Choice[]
  /** The methods of the client, in the order of release. */
  readonly order: string[]
  readonly outcomes: Outcome[]
}

async function walk(t: Trial, meeting: Meeting, path: readonly number[]): Promise<Walk> {
  const choices: Choice[] = []
  const order: string[] = []
  let open = 0
  t.chaos.gate()
  try {
    const calls = meeting.calls(patience).map(async call => {
      open++
      const outcome = await call
      open--
      return outcome
    })
    for (;;) {
      await quiet(t, () => open)
      const of = t.chaos.held.length
      if (of === 0) break
      const taken = Math.min(path[choices.length] ?? 0, of - 1)
      const [command] = t.chaos.held.splice(taken, 1)
      choices.push({ taken, of })
      order.push(command!.method)
      command!.release()
    }
    t.chaos.up()
    return { choices, order, outcomes: await Promise.all(calls) }
  } finally {
    t.chaos.up()
  }
}

/**
 * Waits until every open call has a held command, or was answered. A call that waits for another call in the process has neither, so
 * after a moment this returns with the commands that are held.
 */
async function quiet(t: Trial, open: () => number): Promise<void> {
  const began = performance.now()
  const waiting = (): boolean => t.chaos.held.length < open()
  await new Promise(setImmediate)
  while (waiting()) {
    const elapsed = performance.now() - began
    if (elapsed > (t.chaos.held.length > 0 ? settleMs : settleMs * 20)) return
    await new Promise(setImmediate)
  }
}

/** The next path through the tree, depth first; `undefined` after the last one. */
function nextPath(choices: readonly Choice[]): number[] | undefined {
  const last = choices.findLastIndex(({ taken, of }) => taken + 1 < of)
  if (last < 0) return undefined
  return [...choices.slice(0, last).map(({ taken }) => taken), choices[last]!.taken + 1]
}
