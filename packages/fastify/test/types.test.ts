import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { installBuilt, link, typescript } from '../../session/test/support/child.ts'

/** What the compiler says of a project in `consumers`, where our packages and these are all that is installed. */
async function compile(name: string, others: string[] = []): Promise<string> {
  const folder = await installBuilt({ outside: true, stores: ['fastify'] })
  await link(folder, ['@types/node', 'fastify', 'fastify-plugin', ...others])
  const project = join(folder, name)
  await cp(fileURLToPath(new URL(`consumers/${name}`, import.meta.url)), project, { recursive: true })
  const { code, stdout } = await typescript(['-p', project, '--pretty', 'false'])
  return code === 0 ? 'fine' : stdout
}

it('types: request.session has the methods, and the data that is declared in Session', async () => {
  expect(await compile('alone')).toBe('fine')
})

it('types: beside @fastify/session, one part of an app can use it and another this package', async () => {
  expect(await compile('beside-fastify-session', ['@fastify/session', '@fastify/cookie'])).toBe('fine')
})
