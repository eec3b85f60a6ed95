import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { installBuilt, link, typescript } from '../../session/test/support/child.ts'

it('types: ctx.session has the type of the data, and koaStore fits koa-session', async () => {
  const folder = await installBuilt({ outside: true, stores: ['koa'] })
  await link(folder, ['@types/node', '@types/koa', 'koa-session'])
  const project = join(folder, 'typed')
  await cp(fileURLToPath(new URL('consumers/typed', import.meta.url)), project, { recursive: true })
  const { stdout } = await typescript(['-p', project, '--pretty', 'false'])
  // Koa's own types do not fit each version of what Koa installs.
  const said = stdout.split('\n').filter(line => line && !/^\S*node_modules\/@types\/koa\//.test(line))
  expect(said).toEqual([])
})
