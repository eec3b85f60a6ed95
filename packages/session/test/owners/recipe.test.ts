import { expect, it } from 'vitest'
import { useBuilt } from '../support/child.ts'
import { readReadme, runExample } from '../support/readme.ts'

const recipe = readReadme(import.meta.url, '../../../../docs/security.md').runnable.find(([, source]) =>
  source?.includes('destroyAllOf'),
)
const built = useBuilt()

/** A browser that keeps one cookie. */
function browser(url: string) {
  let cookie = ''
  return async (path: string, form?: Record<string, string>): Promise<[number, string]> => {
    const options = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
    const reply = await fetch(url + path, { ...options, headers: { cookie } })
    for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0] as string
    return [reply.status, await reply.text()]
  }
}

it('a change of the password logs the user out elsewhere, and not here', async () => {
  const { url } = await runExample(built.folder, recipe?.[1] as string)
  const [phone, thief, laptop] = [browser(url), browser(url), browser(url)]
  const old = { userId: 'ada', password: 'correct horse' }
  for (const device of [phone, thief, laptop]) expect(await device('/login', old)).toEqual([200, 'Hello ada'])
  expect((await laptop('/password', { password: 'wrong', next: 'x' }))[0]).toBe(403)
  const change = { password: 'correct horse', next: 'battery staple' }
  expect(await laptop('/password', change)).toEqual([200, 'Logged out elsewhere: 2'])
  expect(await phone('/')).toEqual([200, 'nobody'])
  expect(await thief('/')).toEqual([200, 'nobody'])
  expect(await laptop('/')).toEqual([200, 'ada'])
  expect((await thief('/login', old))[0]).toBe(403)
})
