import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'

const readme = readReadme(import.meta.url)

describe('the example', () => {
  const built = useBuilt({ stores: ['store-memory', 'koa'] })

  it('readme: there is one that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example'])
  })

  it('readme: it counts, forgets a visitor who logs out, and forgets all with its process', async () => {
    const [[, source]] = readme.runnable as [[string, string]]
    await expectToCount(() => runExample(built.folder, source), { logsOut: true, remembers: false })
  })
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const files = [
      '../src/sessions.ts',
      '../../session/src/fetch/options.ts',
      '../../session/src/options/engine-options.ts',
    ]
    const options = files.flatMap(file => membersOf(import.meta.url, file))
    expect(readme.listed('Options')).toEqual([...new Set(options)].sort())
  })

  it('readme: every method of a session is in it', () => {
    const source = readFileSync(new URL('../src/koa-session.ts', import.meta.url), 'utf8')
    const [, body] = /interface KoaSessionMethods .*?\{(.*?)^\}/ms.exec(source)!
    const members = [...body!.matchAll(/^ {2}(?:readonly |[gs]et )?(\w+)[(:]/gm)].map(match => match[1]!)
    expect(members).toContain('manuallyCommit')
    const table = readme.section('The session')
    expect(members.filter(name => !table.includes(`\`${name}`))).toEqual([])
  })

  it('readme: every option of koa-session is in it', () => {
    const source = new URL('../../../node_modules/koa-session/src/index.ts', import.meta.url)
    const [, body] = /SessionOptions = z\.object\(\{(.*?)^\}\);/ms.exec(readFileSync(source, 'utf8'))!
    const theirs = [...body!.matchAll(/^ {2}(\w+): z\./gm)].map(match => match[1]!)
    expect(theirs).toContain('overwrite')
    const told = readme.section('Coming from koa-session') + readme.section('Options')
    expect(theirs.filter(name => !told.includes(`\`${name}\``))).toEqual([])
  })
})
