import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

const dist = new URL('../dist/', import.meta.url)
const base = process.env.SITE_BASE ?? '/'

/** Follows each link from a built page to a page or file of the site, with its anchor. Tells what leads nowhere. */
export function checkAnchors() {
  const files = readdirSync(dist, { recursive: true }).map(file => file.replaceAll('\\', '/'))
  const pages = new Map(files.filter(file => file.endsWith('.html')).map(file => [file, read(file)]))
  const ids = new Map([...pages].map(([file, html]) => [file, new Set(all(html, /\sid="([^"]+)"/g))]))
  const wrong = new Set()
  for (const [file, html] of pages) {
    for (const href of all(html, /<a[^>]*\shref="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(href)) continue
      const [path, anchor] = decodeURI(href.replaceAll('&amp;', '&')).split('#')
      const to =
        path === ''
          ? file
          : [pageOf(path, file), `${pageOf(path, file)}.html`, `${pageOf(path, file)}/index.html`].find(
              f => files.includes(f) && f.includes('.'),
            )
      if (to === undefined) wrong.add(`${file}: ${href} leads to no page`)
      else if (anchor && !ids.get(to)?.has(anchor))
        wrong.add(`${file}: ${href} names an anchor that is not there`)
    }
  }
  return [...wrong]
}

const read = file => readFileSync(new URL(file, dist), 'utf8')
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found)

/** The file in the site that a path means, seen from a page. */
const pageOf = (path, from) => {
  const absolute = path.startsWith('/') ? path.slice(base.length) : posix.join(posix.dirname(from), path)
  return absolute.replace(/\/$/, '') || 'index'
}
