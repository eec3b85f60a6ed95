const INK = '#1f2933'
const OWN = ['#0b7a75', '#5fb3ad']
const OTHER = ['#7b8794', '#c3cad3']
const WIDTH = 720
const RIGHT = 120
const BAR = 18
const GAP = 18
const TOP = 56
const LETTER = 7.2

/**
 * Draws groups of horizontal bars as an SVG picture that is readable on light and dark pages. The series are packages, of which
 * Coatcheck has its own colour. If a group is one package, and its `own` says whether that is ours, the series are shades of its colour.
 */
export function drawBars({ title, unit, better, groups }) {
  const longest = Math.max(...groups.flatMap(({ bars }) => Object.values(bars)))
  const series = Object.keys(groups[0].bars)
  const left = Math.max(150, 30 + LETTER * Math.max(...groups.map(({ label }) => label.length)))
  const height = TOP + groups.length * (series.length * BAR + GAP)
  const scale = (WIDTH - left - RIGHT) / longest
  const rows = groups.flatMap(({ label, own, bars }, at) => {
    const y = TOP + at * (series.length * BAR + GAP)
    return [
      text(left - 10, y + BAR + 4, label, `text-anchor="end"${own ? ' font-weight="600"' : ''}`),
      ...series.flatMap((name, i) =>
        drawBar(bars[name], { x: left, y: y + i * BAR, scale, unit, colour: colourOf(own, name, i) }),
      ),
    ]
  })
  const byGroup = groups.some(({ own }) => own !== undefined)
  return picture(
    height,
    `${title} (${better} is better)`,
    series.flatMap((name, i) => legend(i, name, colourOf(byGroup ? false : undefined, name, i))),
    rows,
  )
}

function colourOf(own, name, i) {
  if (own === undefined) return name === 'Coatcheck' ? OWN[0] : OTHER[1]
  return own ? OWN[i] : OTHER[i]
}

function drawBar(value, { x, y, scale, unit, colour }) {
  // A cost below that of the server without sessions is noise.
  const width = Math.max(1, value * scale)
  const shown = value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')
  return [
    `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${colour}"/>`,
    text(x + width + 6, y + BAR - 6, `${shown} ${unit}`),
  ]
}

/** A white sheet with a title and a legend. */
export function picture(height, title, legends, content) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
    text(16, 24, title, 'font-weight="600"'),
    ...legends,
    ...content,
    '</svg>',
    '',
  ].join('\n')
}

export function legend(i, name, colour, width = 120) {
  return [
    `<rect x="${16 + i * width}" y="34" width="12" height="12" fill="${colour}"/>`,
    text(33 + i * width, 44, name),
  ]
}

export function text(x, y, content, attributes = '') {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="${INK}" ${attributes}>${content}</text>`
}
