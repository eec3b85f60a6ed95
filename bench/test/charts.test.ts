import { expect, it } from 'vitest'
import { lib } from './support/lib.ts'

type Draw = (chart: object) => string

const { drawBars } = await lib<{ drawBars: Draw }>('svg')
const { drawLines } = await lib<{ drawLines: Draw }>('lines')

/** The values of an attribute, of all elements of this name. */
function attributes(svg: string, element: string, name: string): string[] {
  return [...svg.matchAll(new RegExp(`<${element} [^>]*?\\b${name}="([^"]*)"`, 'g'))].map(
    ([, value]) => value!,
  )
}

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)
}

/** The bars, without the sheet and the legend. */
function widths(svg: string): number[] {
  return attributes(svg, 'rect', 'width').slice(3).map(Number)
}

const BARS = {
  title: 'Cost',
  unit: 'µs',
  better: 'less',
  groups: [
    { label: 'one', bars: { Coatcheck: 10, 'express-session': 40 } },
    { label: 'two', bars: { Coatcheck: 20, 'express-session': 1234.4 } },
  ],
}

it('bars: each is as long as its value, and has it as text', () => {
  const svg = drawBars(BARS)
  const [, , c, d] = widths(svg)
  expect(c! / d!).toBeCloseTo(20 / 1234.4, 2)
  expect(texts(svg)).toEqual(
    expect.arrayContaining([
      'Cost (less is better)',
      'Coatcheck',
      'express-session',
      'one',
      '10.0 µs',
      '1,234 µs',
    ]),
  )
})

it('bars: ours have a colour of their own among those of packages', () => {
  const groups = [
    { label: 'ours', own: true, bars: { read: 1, write: 2 } },
    { label: 'theirs', own: false, bars: { read: 3, write: 4 } },
  ]
  const [read, write, ownRead, ownWrite, otherRead, otherWrite] = attributes(
    drawBars({ ...BARS, groups }),
    'rect',
    'fill',
  ).slice(1)
  expect([read, write]).toEqual([otherRead, otherWrite])
  expect(new Set([ownRead, ownWrite, otherRead, otherWrite]).size).toBe(4)
})

it('bars: a long name has room, and no bar leaves the picture', () => {
  const groups = [{ label: '@fastify/secure-session', own: false, bars: { read: 1, write: 100 } }]
  const svg = drawBars({ ...BARS, groups })
  const [x] = attributes(svg, 'rect', 'x').slice(2).map(Number)
  expect(x).toBeGreaterThan('@fastify/secure-session'.length * 7)
  expect(x! + Math.max(...widths(svg))).toBeLessThan(720)
})

it('bars: a cost below nothing, which is noise, is a thin bar', () => {
  const groups = [{ label: 'noise', own: false, bars: { read: -3, write: 5 } }]
  expect(widths(drawBars({ ...BARS, groups }))[0]).toBe(1)
})

const LINES = {
  title: 'Scale',
  better: 'flat',
  unit: '×',
  ticks: ['10³', '10⁴', '10⁵'],
  panels: [
    { label: 'get', lines: { memory: [1, 1.5, 2], redis: [1, 1, null] } },
    { label: 'update', lines: { memory: [1, 1, 1] } },
  ],
}

it('lines: a flat line is flat, and a value of 2 is twice as high above the axis as a value of 1', () => {
  const [rising, , flat] = attributes(drawLines(LINES), 'polyline', 'points').map(points =>
    points.split(' ').map(point => Number(point.split(',')[1])),
  )
  expect(new Set(flat).size).toBe(1)
  const axis = Math.max(...attributes(drawLines(LINES), 'line', 'y1').map(Number))
  expect((axis - rising![2]!) / (axis - rising![0]!)).toBeCloseTo(2, 1)
})

it('lines: what was not measured is left out', () => {
  const points = attributes(drawLines(LINES), 'polyline', 'points').map(line => line.split(' ').length)
  expect(points).toEqual([3, 2, 3])
})

it('lines: a store has the same colour in each panel, and is once in the legend', () => {
  const svg = drawLines(LINES)
  const [first, , last] = attributes(svg, 'polyline', 'stroke')
  expect(first).toBe(last)
  expect(texts(svg).filter(text => text === 'memory')).toHaveLength(1)
  expect(texts(svg)).toEqual(expect.arrayContaining(['Scale (flat is better)', 'get', 'update', '10⁵', '2×']))
})
