import { slug } from 'github-slugger'

/** Each line of a text, and whether it is outside of fenced code. */
function* lines(text) {
  let fence
  for (const line of text.split('\n')) {
    const [, marks] = /^ *(`{3,}|~{3,})/.exec(line) ?? []
    const inside = fence !== undefined || marks !== undefined
    yield { line, prose: !inside }
    if (fence === undefined) fence = marks
    else if (marks?.startsWith(fence) && line.trim() === marks) fence = undefined
  }
}

/** Changes the lines outside of fenced code. */
function mapProse(text, change) {
  return [...lines(text)].map(({ line, prose }) => (prose ? change(line) : line)).join('\n')
}

const CODE = /((?<!`)`[^`]+`(?!`)|``[^\n]+?``)/

/** Changes the target of each link and picture. */
export function mapTargets(text, change) {
  return mapProse(text, line =>
    line
      .split(CODE)
      .map((part, at) =>
        at % 2 ? part : part.replace(/\]\(([^()\s]+)\)/g, (_, target) => `](${change(target)})`),
      )
      .join(''),
  )
}

/** The headings of a text: their depth, their words, and the anchors that GitHub gives them. */
export function headings(text) {
  const seen = new Map()
  return [...lines(text)].flatMap(({ line, prose }) => {
    const [, marks, words] = (prose && /^(#{1,6}) +(.+?) *#*$/.exec(line)) || []
    if (!marks) return []
    const title = plain(words)
    const times = seen.get(slug(title)) ?? 0
    seen.set(slug(title), times + 1)
    return { depth: marks.length, title, anchor: slug(title) + (times ? `-${times}` : '') }
  })
}

/** The words of a heading, without its marks. */
const plain = words => words.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')

/** The title of a page, what comes before its first section, and its sections without their headings. */
export function split(text) {
  const page = { title: '', opening: '', sections: [] }
  const parts = [{ title: '', heading: '', lines: [] }]
  for (const { line, prose } of lines(text)) {
    if (prose && !page.title && line.startsWith('# ')) page.title = plain(line.slice(2))
    else if (prose && line.startsWith('## '))
      parts.push({ title: plain(line.slice(3)), heading: line, lines: [] })
    else parts.at(-1).lines.push(line)
  }
  const [opening, ...sections] = parts.map(part => ({ ...part, text: part.lines.join('\n').trim() }))
  return { ...page, opening: opening.text, sections }
}
