import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeLinks } from '../lib/links.mjs'
import { headings, mapTargets, split } from '../lib/markdown.mjs'

const overview = { route: 'frameworks/', source: 'docs/frameworks.md', body: '## All' }
const koa = { route: 'frameworks/koa', source: 'docs/frameworks.md', only: 'Koa', body: '### Limits' }
const links = () => makeLinks([overview, koa])

test('link: leads to the page that is made from the file, and to the one that has the heading', () => {
  const { resolve, wrong } = links()
  assert.equal(resolve('README.md', 'docs/frameworks.md'), '/frameworks/')
  assert.equal(resolve('docs/security.md', 'frameworks.md#koa'), '/frameworks/koa')
  assert.equal(resolve('docs/frameworks.md', '#limits'), '/frameworks/koa#limits')
  assert.equal(resolve('packages/koa/README.md', '../../docs/frameworks.md#all'), '/frameworks/#all')
  assert.deepEqual(wrong, [])
})

test('link: leads to GitHub where a file has no page, and stays as it is outside of the repository', () => {
  const { resolve, wrong } = links()
  const github = 'https://github.com/coatcheck/coatcheck'
  assert.equal(resolve('docs/x.md', '../package.json'), `${github}/blob/main/package.json`)
  assert.equal(resolve('docs/x.md', '../scripts'), `${github}/tree/main/scripts`)
  assert.equal(resolve('docs/x.md', `${github}/blob/main/docs/frameworks.md#koa`), '/frameworks/koa')
  assert.equal(resolve('docs/x.md', 'https://example.com/a#b'), 'https://example.com/a#b')
  assert.deepEqual(wrong, [])
})

test('link: one that leads nowhere is named with its file', () => {
  const { resolve, wrong } = links()
  resolve('docs/x.md', 'missing.md')
  resolve('docs/x.md', 'frameworks.md#missing')
  resolve('docs/x.md', '../CONTRIBUTING.md#missing')
  assert.deepEqual(wrong, [
    'docs/x.md: missing.md is not there',
    'docs/x.md: frameworks.md#missing names a heading that is not there',
    'docs/x.md: ../CONTRIBUTING.md#missing names a heading that is not there',
  ])
})

test('text: what is code is neither a heading nor a link', () => {
  const text = '# A `b`\n\n```js\n## no\n[x](y)\n```\n\n## C\n\n`[x](y)` [x](y)\n\n## C\n'
  assert.deepEqual(
    headings(text).map(({ anchor }) => anchor),
    ['a-b', 'c', 'c-1'],
  )
  assert.match(
    mapTargets(text, () => 'z'),
    /\[x\]\(y\)\n```[\s\S]*`\[x\]\(y\)` \[x\]\(z\)/,
  )
  assert.deepEqual(
    split(text).sections.map(({ title }) => title),
    ['C', 'C'],
  )
})
