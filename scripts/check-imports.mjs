// Reads the relative imports of all packages, the benchmarks and the scripts, including imports of types. Fails when files import each
// other in a circle, when a room of packages/session imports a room that is not below it, and when a room or a file is too long.
// rooms.json has the order of the rooms, from the top down, and the limits.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const IMPORT = /\b(?:from|import)\s*\(?\s*(['"])(\.[^'"\n]*)\1/g

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)))
const rooms = JSON.parse(readFileSync(new URL('rooms.json', import.meta.url), 'utf8'))

const files = readFiles()
const problems = [...findCircles(), ...checkRooms(), ...checkLengths(), ...checkTable()]
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1

/** Every source file by its path from the root: `{ lines, imports }`. */
function readFiles() {
  const packages = list('packages').map(name => `packages/${name}/src`)
  const paths = [...packages, 'bench', 'scripts'].flatMap(folder => {
    return list(folder, { recursive: true }).map(path => `${folder}/${path.split(sep).join('/')}`)
  })
  const sources = paths.filter(path => /\.(ts|mjs)$/.test(path) && !path.includes('node_modules'))
  return new Map(sources.map(path => [path, readSource(path)]))
}

function list(folder, options) {
  const path = join(root, folder)
  return existsSync(path) ? readdirSync(path, options) : []
}

function readSource(path) {
  const text = readFileSync(join(root, path), 'utf8')
  const targets = [...text.matchAll(IMPORT)].map(([, , target]) => join(dirname(path), target))
  const imports = targets.map(target => target.split(sep).join('/'))
  return { lines: text.split('\n').length - 1, imports: [...new Set(imports)] }
}

/** Each file is entered once, so not every one of several connected circles is reported. */
function findCircles() {
  const circles = []
  const done = new Set()
  const enter = (path, trail) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path])
    if (done.has(path) || !files.has(path)) return
    done.add(path)
    for (const target of files.get(path).imports) enter(target, [...trail, path])
  }
  for (const path of files.keys()) enter(path, [])
  return circles.map(circle => `These files import each other in a circle: ${circle.join(' > ')}`)
}

function checkRooms() {
  const found = []
  for (const [path, { imports }] of files) {
    const from = roomOf(path)
    if (from === undefined) continue
    if (floorOf(from) < 0) found.push(`${path} is in no room of scripts/rooms.json`)
    for (const target of imports) {
      const to = roomOf(target)
      if (to === undefined || to === from || floorOf(to) > floorOf(from)) continue
      found.push(`${path} imports ${target}, but the room ${to} is not below ${from}`)
    }
  }
  return found
}

/** The folder, or the file beside the folders; `undefined` outside of the package. */
function roomOf(path) {
  const inside = relative(rooms.folder, path)
  return inside.startsWith('..') ? undefined : inside.split(sep)[0]
}

function floorOf(room) {
  return rooms.floors.findIndex(floor => floor.includes(room))
}

function checkLengths() {
  const found = []
  const lengths = new Map()
  for (const [path, { lines }] of files) {
    const room = roomOf(path)
    if (room) lengths.set(room, (lengths.get(room) ?? 0) + lines)
    if (lines > rooms.linesOfFile) found.push(`${path} has ${lines} lines, more than ${rooms.linesOfFile}`)
  }
  for (const [room, lines] of lengths) {
    if (lines <= rooms.linesOfRoom) continue
    found.push(`The room ${rooms.folder}/${room} has ${lines} lines, more than ${rooms.linesOfRoom}`)
  }
  return found
}

/** The table in CONTRIBUTING.md, whose first column is named "Room", has the same rooms in the same order. */
function checkTable() {
  const page = join(root, 'CONTRIBUTING.md')
  const text = existsSync(page) ? readFileSync(page, 'utf8') : ''
  const table = /^\| Room \|.*\n\|[-|]+\n((?:\|.*\n?)+)/m.exec(text)?.[1] ?? ''
  const cells = table.split('\n').map(row => row.split('|')[1] ?? '')
  const told = cells.flatMap(cell => [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, room]) => room))
  const wanted = rooms.floors.flat()
  if (told.join() === wanted.join()) return []
  return [
    `The table of rooms in CONTRIBUTING.md does not have these rooms in this order: ${wanted.join(', ')}`,
  ]
}
