import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { link, typescript } from '../../../packages/session/test/support/child.ts'
import { runExample } from '../../../packages/session/test/support/readme.ts'
import { installPacked } from '../support/packed.ts'

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const quickStart = readme.split(/^## /m).find(section => section.startsWith('Quick start'))!
const blocks = [...quickStart.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, kind, text]) => ({ kind, text }))
const block = (kind: string) => blocks.filter(block => block.kind === kind).map(({ text }) => text!)

let folder: string

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'coatcheck-quick-start-')))
  await installPacked(folder)
  await link(folder, ['express', '@types/node', '@types/express'])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Run the app. It prints nothing, so the test adds a line with its address. */
async function start(secret: string | undefined) {
  const [app] = block('js')
  const source = app!.replace(/\)\n$/, ", () => console.log('http://localhost:' + process.env.PORT))\n")
  return runExample(folder, source, secret === undefined ? {} : { SESSION_SECRET: secret })
}

it('quick start: the commands name the packages, the file and the secret that the page goes on with', () => {
  const [install, run] = block('sh')
  expect(install).toMatch(
    /npm pkg set type=module\nnpm install express @coatcheck\/session @coatcheck\/store-sqlite /,
  )
  expect(run).toMatch(/^SESSION_SECRET=\S.* node app\.js\n$/)
  expect(quickStart).toContain('`app.js`:')
})

it('quick start: the app counts, also after a restart', async () => {
  let app = await start('a secret of the quick start, with 32 bytes or more')
  const first = await fetch(app.url)
  expect(await first.text()).toBe('Views: 1')
  const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!
  await app.stop()
  app = await start('a secret of the quick start, with 32 bytes or more')
  expect(await (await fetch(app.url, { headers: { cookie } })).text()).toBe('Views: 2')
  await app.stop()
})

it('quick start: without a secret, the first answer names the option', async () => {
  const app = await start(undefined)
  const reply = await fetch(app.url)
  expect(reply.status).toBe(500)
  expect(await reply.text()).toContain('secret option required for sessions')
  await app.stop()
})

it('quick start: in TypeScript, with what it says about views', async () => {
  const [app] = block('js')
  const [declared] = block('ts')
  const typed = app!.replace('process.env.SESSION_SECRET', 'process.env.SESSION_SECRET!')
  writeFileSync(join(folder, 'app.ts'), `${typed}\n${declared}`)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const compilerOptions = { module: 'nodenext', strict: true, noEmit: true, types: ['node'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['app.ts'] }))
  const { code, stdout } = await typescript(['-p', folder, '--pretty', 'false'])
  expect(`${code} ${stdout}`).toBe('0 ')
})
