const COLOURS = { Coatcheck: '#0b7a75', 'express-session': '#b0b7c3' }
const WIDTH = 720
const LEFT = 150
const RIGHT = 120
const BAR = 18
const GAP = 18
const TOP = 56

/** Draws groups of horizontal bars as an SVG picture that is readable on light and dark pages. */
export function drawBars({ title, unit, better, groups }) {
  const longest = Math.max(...groups.flatMap(({ bars }) => Object.values(bars)))
  const series = Object.keys(groups[0].bars)
  const groupHeight = series.length * BAR + GAP
  const height = TOP + groups.length * groupHeight
  const scale = (WIDTH - LEFT - RIGHT) / longest
  const rows = groups.flatMap(({ label, bars }, at) => {
    const y = TOP + at * groupHeight
    return [
      text(LEFT - 10, y + BAR + 4, label, 'text-anchor="end"'),
      ...series.flatMap((name, i) =>
        drawBar(bars[name], { y: y + i * BAR, scale, unit, colour: COLOURS[name] }),
      ),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
    text(16, 24, `${title} (${better} is better)`, 'font-weight="600"'),
    ...series.flatMap((name, i) => [
      `<rect x="${16 + i * 120}" y="34" width="12" height="12" fill="${COLOURS[name]}"/>`,
      text(33 + i * 120, 44, name),
    ]),
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

function drawBar(value, { y, scale, unit, colour }) {
  const width = Math.max(1, value * scale)
  const shown = value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')
  return [
    `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${colour}"/>`,
    text(LEFT + width + 6, y + BAR - 6, `${shown} ${unit}`),
  ]
}

function text(x, y, content, attributes = '') {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="#1f2933" ${attributes}>${content}</text>`
}
