import { existsSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { headings } from './markdown.mjs'
import { REPOSITORY, root } from './root.mjs'

/**
 * Where the links of the repository's files lead to on the site.
 *
 * @param {{ route: string, source: string, only?: string, body: string }[]} pages
 */
export function makeLinks(pages) {
  const wrong = []
  const pictures = new Set()

  /** The target of a link in this file, as the site has it. */
  function resolve(source, target) {
    const inRepository = fromGitHub(target)
    if (!inRepository && /^[a-z]+:/.test(target)) return target
    const [path, anchor] = (inRepository ?? target).split('#').map(decodeURI)
    const file = inRepository ? path : path ? posix.join(posix.dirname(source), path) : source
    if (file === 'docs/README.md') return '/'
    if (/\.(svg|png)$/.test(file)) return picture(source, file)
    const found = pages.filter(page => page.source === file)
    return found.length > 0 ? toPage(source, target, found, anchor) : toFile(source, target, file, anchor)
  }

  function toPage(source, target, found, anchor) {
    if (!anchor) return `/${(found.find(({ only }) => !only) ?? found[0]).route}`
    for (const page of found) {
      if (page.only && hasHeading(`# ${page.only}`, anchor)) return `/${page.route}`
      if (hasHeading(page.body, anchor)) return `/${page.route}#${anchor}`
    }
    wrong.push(`${source}: ${target} names a heading that is not there`)
    return target
  }

  function toFile(source, target, file, anchor) {
    const url = new URL(file, root)
    if (!existsSync(url)) {
      wrong.push(`${source}: ${target} is not there`)
      return target
    }
    if (anchor && file.endsWith('.md') && !hasHeading(readFileSync(url, 'utf8'), anchor)) {
      wrong.push(`${source}: ${target} names a heading that is not there`)
    }
    const kind = statSync(url).isDirectory() ? 'tree' : 'blob'
    return `${REPOSITORY}/${kind}/main/${file.replace(/\/$/, '')}${anchor ? `#${anchor}` : ''}`
  }

  function picture(source, file) {
    if (!existsSync(new URL(file, root))) wrong.push(`${source}: ${file} is not there`)
    pictures.add(file)
    return `/${file}`
  }

  return { resolve, wrong, pictures }
}

const hasHeading = (text, anchor) => headings(text).some(heading => heading.anchor === anchor)

/** The file and anchor of a link to the repository on GitHub. */
function fromGitHub(target) {
  const [, path, file, anchor] = /^(.*)\/(?:blob|tree)\/main\/([^#]+)(#.*)?$/.exec(target) ?? []
  if (path !== REPOSITORY) return undefined
  // GitHub shows the README of a folder under this anchor.
  return anchor === '#readme' ? `${file}/README.md` : file + (anchor ?? '')
}
