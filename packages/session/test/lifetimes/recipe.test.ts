import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { useBuilt } from '../support/child.ts'
import { readReadme, runExample } from '../support/readme.ts'

const [recipe] = readReadme(import.meta.url, '../../../../docs/security.md').runnable
const built = useBuilt()

/** A browser that keeps one cookie. */
function browser(url: string) {
  let cookie = ''
  return async (path: string, password?: string): Promise<[number, string]> => {
    const form = { method: 'POST', body: new URLSearchParams({ password: password ?? '' }) }
    const options = password === undefined ? {} : form
    const reply = await fetch(url + path, { ...options, headers: { cookie }, redirect: 'manual' })
    for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0] as string
    return [reply.status, reply.status === 302 ? String(reply.headers.get('Location')) : await reply.text()]
  }
}

it('ask again: a dangerous page asks who has not just logged in, and keeps the cart', async () => {
  const { url } = await runExample(built.folder, recipe?.[1] as string, { FRESH_FOR: '1500' })
  const get = browser(url)
  await get('/cart')
  expect(await get('/delete-account')).toEqual([302, '/login?back=%2Fdelete-account'])
  expect((await get('/login?back=%2Fdelete-account', 'wrong'))[0]).toBe(403)
  const login = () => get('/login?back=%2Fdelete-account', 'correct horse')
  expect(await login()).toEqual([302, '/delete-account'])
  const shown = async () => {
    await login()
    return get('/delete-account')
  }
  await expect
    .poll(shown, { timeout: 30_000 })
    .toEqual([200, 'Delete the account of Ada, with a book in the cart?'])
  await sleep(1600)
  expect(await get('/')).toEqual([200, 'Ada has a book in the cart'])
  expect(await get('/delete-account')).toEqual([302, '/login?back=%2Fdelete-account'])
})
