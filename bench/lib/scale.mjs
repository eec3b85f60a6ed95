import { us, whole } from './units.mjs'

/** The most that an operation may cost with a million sessions, compared with a thousand. */
export const AIM = 1.5

/** The operation of the bare driver, which has no aim. */
const DRIVER = 'row'

/** What each store costs with each number of sessions. */
export function sizesTable(sizes, figures, missing) {
  const measured = Object.entries(figures).flatMap(([kind, operations]) =>
    Object.entries(operations).map(([name, bySize]) => [
      kind,
      name,
      ...sizes.map(size => (bySize[size] ? us(bySize[size].wall.median) : 'not filled in time')),
      timesOf(bySize, sizes.at(-1)),
    ]),
  )
  const others = Object.entries(missing).map(([kind, why]) => [kind, why, ...sizes.map(() => ''), ''])
  return {
    columns: ['store', 'operation', ...sizes.map(size => `${whole(size)} sessions`), 'last to first'],
    rows: [...measured, ...others],
    aims: [
      ...Object.entries(figures).flatMap(([kind, operations]) =>
        Object.entries(operations)
          .filter(([name]) => name !== DRIVER)
          .map(([name, bySize]) => aimOf(kind, name, bySize, sizes.at(-1))),
      ),
      ...Object.keys(missing).map(kind => ({ aim: `${kind}: flat`, seen: 'not measured', met: null })),
    ],
  }
}

function timesOf(bySize, size) {
  if (!bySize[size]) return ''
  const { median, low, high } = bySize[size].times
  return `${median.toFixed(2)} (${low.toFixed(2)}..${high.toFixed(2)})`
}

function aimOf(kind, name, bySize, size) {
  return {
    aim: `${kind}, ${name} with ${whole(size)} sessions: at most ${AIM} times the time with ${whole(Object.keys(bySize)[0])}`,
    seen: timesOf(bySize, size) || 'not measured',
    met: bySize[size] ? bySize[size].times.median <= AIM : null,
  }
}

const POWERS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** The picture: the time of an operation relative to that with the smallest number of sessions. */
export function growth(sizes, figures) {
  return {
    file: 'performance-scale.svg',
    title: 'Time of an operation with more and more sessions, relative to the fewest',
    better: 'flat',
    unit: '×',
    ticks: sizes.map(size => `10${POWERS[Math.round(Math.log10(size))]}`),
    panels: ['get', 'update'].map(label => ({
      label,
      lines: Object.fromEntries(
        Object.entries(figures).map(([kind, { [label]: bySize }]) => [
          kind,
          sizes.map(size => bySize[size]?.times.median ?? null),
        ]),
      ),
    })),
  }
}
