import type { Edit } from './edits.ts'
import type { Fate, Peer } from './peers.ts'
import { parts, type SyntaxNode } from './syntax.ts'

/** The options of a store, as the new store takes them. */
export interface MovedOptions {
  edits: Edit[]
  /** The URL for `open`, or `undefined` for the constructor. */
  url: string | undefined
  notes: string[]
}

interface Property {
  node: SyntaxNode
  name: string
  value: SyntaxNode
  fate: Fate
}

/** Returns a sentence if it cannot be decided what becomes of these arguments. */
export function moveOptions(peer: Peer, list: SyntaxNode): MovedOptions | string {
  const [object, ...more] = parts(list)
  if (more.length > 0) return 'it is given more than one argument'
  if (!object)
    return peer.needs.length > 0 ? 'it is given no options' : { edits: [], url: undefined, notes: [] }
  if (object.kind() !== 'object')
    return `its options are not written here, but in ${object.text().split('\n')[0]}`
  const properties: Property[] = []
  for (const node of parts(object)) {
    const property = propertyOf(peer, node)
    if (typeof property === 'string') return property
    properties.push(property)
  }
  const names = properties.map(({ name }) => name)
  const needed = peer.needs.filter(name => names.includes(name))
  if (peer.needs.length > 0 && needed.length !== 1)
    return `it needs one of the options ${peer.needs.join(' and ')}`
  return { edits: editsOf(peer, object, properties), ...outcome(properties) }
}

function propertyOf(peer: Peer, node: SyntaxNode): Property | string {
  const shorthand = node.kind() === 'shorthand_property_identifier'
  const key = shorthand ? node : node.field('key')
  const value = shorthand ? node : node.field('value')
  if (!key || !value || key.kind() === 'computed_property_name')
    return `it cannot be read what "${node.text()}" is`
  const name = key.text().replace(/^(['"])(.*)\1$/, '$2')
  const fate = Object.hasOwn(peer.options, name) ? peer.options[name]?.(value) : undefined
  if (!fate) return `its option "${name}" is not known`
  if ('refuse' in fate) return `its option "${name}" ${fate.refuse}`
  return { node, name, value, fate }
}

function outcome(properties: readonly Property[]): { url: string | undefined; notes: string[] } {
  const url = properties.find(({ fate }) => 'url' in fate)?.value.text()
  return { url, notes: properties.flatMap(({ fate }) => ('note' in fate && fate.note ? [fate.note] : [])) }
}

const stays = ({ fate }: Property) => !('drop' in fate || 'url' in fate)

/** Changes no more of the object than it has to, so that its layout and its comments stay. */
function editsOf(peer: Peer, object: SyntaxNode, properties: readonly Property[]): Edit[] {
  const given = properties.map(({ name, fate }) => ('name' in fate ? fate.name : name))
  const added = Object.entries(peer.defaults).filter(([name]) => !given.includes(name))
  const { start, end } = object.range()
  const last = properties.findLastIndex(stays)
  if (last < 0) {
    const text = added.map(([name, value]) => `${name}: ${value}`).join(', ')
    return [{ start: start.index, end: end.index, text: text && `{ ${text} }` }]
  }
  return [
    ...removals(properties, last),
    ...properties.filter(stays).flatMap(renamed),
    ...additions(added, properties, last),
  ]
}

function removals(properties: readonly Property[], last: number): Edit[] {
  const edits = properties.slice(0, last).flatMap((property, n): Edit[] => {
    if (stays(property)) return []
    return [{ start: startOf(property), end: startOf(properties[n + 1] as Property), text: '' }]
  })
  if (last < properties.length - 1) {
    edits.push({ start: endOf(properties[last]), end: endOf(properties.at(-1)), text: '' })
  }
  return edits
}

function renamed({ node, name, value, fate }: Property): Edit[] {
  if (!('name' in fate || 'value' in fate)) return []
  const text = `${fate.name ?? name}: ${fate.value ?? value.text()}`
  return [{ start: node.range().start.index, end: node.range().end.index, text }]
}

function additions(
  added: readonly (readonly string[])[],
  properties: readonly Property[],
  last: number,
): Edit[] {
  if (added.length === 0) return []
  const { node } = properties[last] as Property
  const first = (properties[0] as Property).node.range().start
  const before = lineBefore((properties[0] as Property).node)
  // On a line of its own, if the first one is.
  const space =
    /^\s*$/.test(before) && first.line > (node.parent() as SyntaxNode).range().start.line
      ? `\n${before}`
      : ' '
  const text = added.map(([name, value]) => `,${space}${name}: ${value}`).join('')
  const at = node.range().end.index
  return [{ start: at, end: at, text }]
}

/** The text of the line in front of the node. */
function lineBefore(node: SyntaxNode): string {
  let root = node
  for (let parent = root.parent(); parent; parent = root.parent()) root = parent
  const offset = root.range().start.index
  return (
    root
      .text()
      .slice(0, node.range().start.index - offset)
      .split('\n')
      .at(-1) ?? ''
  )
}

const startOf = ({ node }: Property) => node.range().start.index
const endOf = (property: Property | undefined) => (property as Property).node.range().end.index
