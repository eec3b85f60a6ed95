import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recipe } from './support/start.ts'

const folders = readdirSync(recipe('.'), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== 'test')
  .map(({ name }) => name)

/** The page with the files that it shows, as they are: `<!-- app.js -->` and the block after it. */
function withFiles(folder: string, page: string): string {
  return page.replace(/<!-- (\S+) -->\n(?:\n```\w+\n.*?\n```\n)?/gs, (_, name: string) => {
    const text = readFileSync(join(folder, name), 'utf8').trimEnd()
    const language = /\.(\w+)$/.exec(name)?.[1]?.replace('yaml', 'yml') ?? name.toLowerCase()
    return `<!-- ${name} -->\n\n\`\`\`${language}\n${text}\n\`\`\`\n`
  })
}

describe.each(folders)('the page of %s', name => {
  const folder = recipe(name)
  const page = readFileSync(join(folder, 'README.md'), 'utf8')

  it('shows the files as they are', async () => {
    // `vitest -u` writes them.
    await expect(withFiles(folder, page)).toMatchFileSnapshot(join(folder, 'README.md'))
    expect(page).toContain('<!-- app.js -->')
  })

  it('has an app that names each package that it imports, and no other', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const source = readdirSync(folder)
      .filter(file => file.endsWith('.js'))
      .map(file => readFileSync(join(folder, file), 'utf8'))
      .join('\n')
    const imported = [...source.matchAll(/ from '((?!node:|\.)(?:@[^/']+\/)?[^/']+)/g)].map(
      match => match[1]!,
    )
    // The store that `openStore` finds by its URL, and the driver of it.
    const opened = [...source.matchAll(/['`](sqlite|redis):/g)].flatMap(([, scheme]) =>
      scheme === 'redis'
        ? ['@coatcheck/store-redis', 'ioredis']
        : ['@coatcheck/store-sqlite', 'better-sqlite3'],
    )
    expect(Object.keys({ ...dependencies, ...devDependencies }).sort()).toEqual(
      [...new Set([...imported, ...opened])].sort(),
    )
  })
})

it('index: names each recipe', () => {
  const index = readFileSync(recipe('README.md'), 'utf8')
  const named = [...index.matchAll(/\]\(([\w-]+)\/README\.md\)/g)].map(match => match[1]!)
  expect(named.sort()).toEqual(folders.sort())
})
