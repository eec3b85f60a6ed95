import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { installBuilt, link, typescript } from '../../session/test/support/child.ts'

it('types: the variable has the type of the data, and honoStore fits hono-sessions', async () => {
  const folder = await installBuilt({ outside: true, stores: ['hono'] })
  await link(folder, ['@types/node', 'hono', 'hono-sessions'])
  const project = join(folder, 'typed')
  await cp(fileURLToPath(new URL('consumers/typed', import.meta.url)), project, { recursive: true })
  const { code, stdout } = await typescript(['-p', project, '--pretty', 'false'])
  expect(code === 0 ? 'fine' : stdout).toBe('fine')
})
