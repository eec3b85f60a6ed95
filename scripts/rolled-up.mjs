import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/**
 * The declarations of a package in one text: those that its entry points reach. `folder` has the files of the compiler, and `entries` are
 * names of files there. A name is declared by one file only, so that no declaration has to be renamed.
 *
 * Returns the text, and for each entry point the specifiers of what it exports from it.
 */
export async function rolledUp(folder, entries) {
  const modules = await modulesBehind(folder, entries)
  const all = [...modules.values()].flatMap(({ declarations }) => declarations)
  const exported = new Map(entries.map(name => [name, exportsOf(modules, name)]))
  const names = [...exported.values()].flat().map(({ local }) => local)
  // A declaration merged into another package has the name of that.
  const merged = all.filter(({ merges }) => merges).flatMap(({ names }) => names)
  const reached = reachedFrom(['global', ...merged, ...names], all)
  const inOrder = all.filter(one => reached.has(one))
  checkNames(inOrder)
  const texts = new Set(inOrder.map(({ text }) => text))
  return { text: `${[...texts, 'export {};'].join('\n')}\n`, exported }
}

function reachedFrom(names, all) {
  const declared = new Map()
  for (const one of all)
    for (const name of one.names) declared.set(name, [...(declared.get(name) ?? []), one])
  const reached = new Set()
  const reach = name => {
    for (const one of declared.get(name) ?? []) {
      if (reached.has(one)) continue
      reached.add(one)
      one.uses.forEach(reach)
    }
  }
  names.forEach(reach)
  return reached
}

/** Several declarations of one name are overloads or merged, in one file. Files may import the same. */
function checkNames(declarations) {
  const first = new Map()
  for (const { names, file, text } of declarations) {
    for (const name of names) {
      const other = first.get(name) ?? { file, text }
      first.set(name, other)
      if (other.file !== file && other.text !== text) {
        throw new Error(`${other.file} and ${file} declare ${name}: rename one of them`)
      }
    }
  }
}

async function modulesBehind(folder, entries) {
  const modules = new Map()
  const waiting = [...entries]
  for (const name of waiting) {
    if (modules.has(name)) continue
    const module = moduleOf(name, await readFile(`${folder}/${name}.d.ts`, 'utf8'))
    modules.set(name, module)
    waiting.push(...module.others)
  }
  return modules
}

function moduleOf(file, text) {
  const module = { file, others: [], declarations: [], exports: [], stars: [] }
  let end = 0
  for (const node of parseAst(text, { lang: 'dts' }).body) {
    const withComment = text.slice(end, node.end).trim()
    end = node.end
    const other = node.source && otherOf(file, node.source.value)
    if (other) module.others.push(other)
    if (node.type === 'ImportDeclaration') addImports(module, node, other)
    else if (node.type === 'ExportAllDeclaration') module.stars.push({ other, isType: isType(node) })
    else if (node.type === 'ExportDefaultDeclaration') addExport(module, 'default', node.declaration.name)
    else if (node.specifiers && !node.declaration) addExports(module, node)
    else addDeclaration(module, node, withComment)
  }
  return module
}

/** The name of a file of this package; `undefined` for another package. */
function otherOf(file, from) {
  return from.startsWith('.') ? posix.join(posix.dirname(file), from).replace(/\.ts$/, '') : undefined
}

const isType = ({ importKind, exportKind }) => importKind === 'type' || exportKind === 'type'

/** An import from another package is a declaration. One from another file is none, and must not rename. */
function addImports({ file, declarations }, node, other) {
  for (const specifier of node.specifiers) {
    const { type, imported, local } = specifier
    const renamed = imported && imported.name !== local.name ? `${imported.name} as ` : ''
    if (other && renamed) throw new Error(`${file}: import ${imported.name} of ${other} by its name`)
    if (other) continue
    const what = { ImportNamespaceSpecifier: `* as ${local.name}`, ImportDefaultSpecifier: local.name }[type]
    const word = isType(node) || isType(specifier) ? 'import type' : 'import'
    const text = `${word} ${what ?? `{ ${renamed}${local.name} }`} from '${node.source.value}';`
    declarations.push({ names: [local.name], uses: [], text, file })
  }
}

function addExports(module, node) {
  for (const specifier of node.specifiers) {
    const { local, exported } = specifier
    addExport(module, exported.name ?? exported.value, local.name, isType(node) || isType(specifier))
  }
}

function addExport({ exports }, name, local = name, isType = false) {
  exports.push({ name, local, isType })
}

function addDeclaration(module, node, text) {
  const declared = node.declaration ?? node
  const names = declared.declarations?.map(({ id }) => id.name) ?? [declared.id.name ?? declared.id.value]
  const merges = declared.id?.type === 'Literal'
  module.declarations.push({ names, uses: namesIn(declared), text, file: module.file, merges })
  if (node.declaration) for (const name of names) addExport(module, name)
}

/** The names in a declaration that can be those of others: all but the names of members. */
function namesIn(node, names = new Set()) {
  if (node.type === 'Identifier') names.add(node.name)
  for (const [key, child] of Object.entries(node)) {
    const isMember = key === 'key' && !node.computed
    if (child && typeof child === 'object' && !isMember) namesIn(child, names)
  }
  return names
}

/** What a file exports, with what it exports of others. A name that two files export is exported once. */
function exportsOf(modules, name) {
  const { exports, stars } = modules.get(name)
  const others = stars.flatMap(({ other, isType }) =>
    exportsOf(modules, other).map(one => ({ ...one, isType: isType || one.isType })),
  )
  const all = [...exports, ...others]
  return [...new Map(all.map(one => [one.name, one])).values()]
}
