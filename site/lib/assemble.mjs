// Writes the pages of the site to `.pages/`, from the files of the repository. A page has one source, which reads well on GitHub too.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { makeLinks } from './links.mjs'
import { mapTargets, split } from './markdown.mjs'
import { root, written } from './root.mjs'

const read = path => readFileSync(new URL(path, root), 'utf8')

/** What a page is called where it has no other name. */
export const titleOf = page => page.only ?? split(read(page.source)).title

/** The page as Markdown, with the links of its source. */
function compose(page) {
  const { title, opening, sections } = split(read(page.source))
  const one = name => {
    const found = sections.find(section => section.title === name)
    if (!found) throw new Error(`${page.source} has no section "${name}", which site/pages.mjs names`)
    return found
  }
  for (const name of page.without ?? []) one(name)
  const whole = () => [
    opening,
    ...sections.filter(({ title }) => !page.without?.includes(title)).map(s => `${s.heading}\n\n${s.text}`),
  ]
  const body = page.only ? [page.setup ? beginning(opening) : '', one(page.only).text] : whole()
  return {
    ...page,
    title: page.only ?? title,
    body: [...body, ...(page.files ?? []).map(shown)].join('\n\n'),
  }
}

/** The code that all examples of a file begin with: the last block before its first section. */
const beginning = opening =>
  `An example on this page that does not make its own \`sessions\` begins with this:\n\n${/```js\n[\s\S]*?```$/.exec(opening)[0]}`

/** A file as a section. */
function shown(path) {
  const name = path.replace('examples/frameworks/', '')
  return `## The whole \`${name}\`\n\n\`\`\`${extname(path).slice(1).replace('mjs', 'js')}\n${read(path).trim()}\n\`\`\``
}

/** A page without sections has no outline beside it, and its tables get the place. */
function frontMatter({ title, source, body }) {
  const aside = /^## /m.test(body) ? '' : '\naside: false'
  return `---\ntitle: ${JSON.stringify(title)}\nsource: ${source}${aside}\n---`
}

/**
 * @param {import('../pages.mjs').Page[]} pages
 * @returns {string[]} what is wrong with links, a sentence each
 */
export function assemble(pages) {
  const composed = pages.map(compose)
  const links = makeLinks(composed)
  rmSync(written, { recursive: true, force: true })
  for (const { route, title, source, body } of composed) {
    const text = mapTargets(body, target => links.resolve(source, target)).replace(
      /^(```+\w+) runnable.*$/gm,
      '$1',
    )
    write(
      `${route.replace(/\/$/, '/index')}.md`,
      `${frontMatter({ title, source, body })}\n\n# ${title}\n\n${text}\n`,
    )
  }
  for (const file of links.pictures) write(`public/${file}`, read(file))
  cpSync(new URL('../index.md', import.meta.url), new URL('index.md', written))
  return [...links.wrong, ...withoutPage(pages)]
}

/** The files that have to have a page. */
function withoutPage(pages) {
  const list = folder =>
    readdirSync(new URL(folder, root), { recursive: true }).map(file => `${folder}/${file}`)
  const readmes = readdirSync(new URL('packages', root)).map(name => `packages/${name}/README.md`)
  const sources = new Set(['docs/README.md', ...pages.map(({ source }) => source)])
  return [...list('docs').filter(file => file.endsWith('.md')), ...readmes]
    .filter(file => !sources.has(file))
    .map(file => `${file} has no page: add it to site/pages.mjs`)
}

function write(path, text) {
  const url = new URL(path, written)
  mkdirSync(new URL('.', url), { recursive: true })
  writeFileSync(url, text)
}
