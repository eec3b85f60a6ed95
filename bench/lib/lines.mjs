import { legend, picture, text } from './svg.mjs'

const COLOURS = ['#0b7a75', '#d9822b', '#c23030', '#2965cc', '#8f398f', '#738091']
const PANEL = 300
const LEFT = 56
const TOP = 84
const HEIGHT = 200

/**
 * Draws panels of lines side by side, as an SVG picture. `ticks` are the labels below the points of each line, and all panels have the
 * same scale, which begins at 0. A point that was not measured is `null`.
 */
export function drawLines({ title, better, unit, ticks, panels }) {
  const values = panels.flatMap(({ lines }) => Object.values(lines).flat()).filter(value => value !== null)
  const top = niceAbove(Math.max(...values))
  const names = [...new Set(panels.flatMap(({ lines }) => Object.keys(lines)))]
  const colours = Object.fromEntries(names.map((name, i) => [name, COLOURS[i % COLOURS.length]]))
  const yOf = value => TOP + HEIGHT * (1 - value / top)
  const xOf = (panel, i) => LEFT + panel * (PANEL + 40) + (PANEL * i) / (ticks.length - 1)
  const content = panels.flatMap(({ label, lines }, panel) => [
    text(xOf(panel, 0), TOP - 12, label, 'font-weight="600"'),
    ...grid(top).flatMap(value => [
      `<line x1="${xOf(panel, 0)}" x2="${xOf(panel, ticks.length - 1)}" y1="${yOf(value)}" y2="${yOf(value)}" stroke="#dde2e8"/>`,
      ...(panel === 0 ? [text(LEFT - 8, yOf(value) + 4, `${value}${unit}`, 'text-anchor="end"')] : []),
    ]),
    ...ticks.map((tick, i) => text(xOf(panel, i), TOP + HEIGHT + 20, tick, 'text-anchor="middle"')),
    ...Object.entries(lines).map(([name, values]) => line(values, i => xOf(panel, i), yOf, colours[name])),
  ])
  return picture(
    TOP + HEIGHT + 40,
    `${title} (${better} is better)`,
    names.flatMap((name, i) => legend(i, name, colours[name], 100)),
    content,
  )
}

function line(values, xOf, yOf, colour) {
  const points = values.flatMap((value, i) =>
    value === null ? [] : [`${xOf(i).toFixed(1)},${yOf(value).toFixed(1)}`],
  )
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
}

/** The lines of the grid: 0, the middle and the top. */
function grid(top) {
  return [0, top / 2, top]
}

/** The next number that is 1, 2, 4 or 6 times a power of ten. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 6, 10].map(times => times * power).find(number => number >= value)
}
