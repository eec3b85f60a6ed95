import { expect, it } from 'vitest'
import { useBuilt } from '../../../packages/session/test/support/child.ts'
import { startProvider } from './support/provider.ts'
import { startRecipe } from './support/start.ts'
import { Visitor } from './support/visitor.ts'

const built = useBuilt({ stores: ['store-memory'] })

it('Passport: a login has a new id and is there on the next page, a wrong password and a logout lead out', async () => {
  const { url } = await startRecipe(built.folder, 'passport')
  const ada = new Visitor(url)
  const login = (password: string) => ada.post('/login', { username: 'ada', password })
  expect(await login('wrong')).toMatchObject({ status: 302, location: '/login' })
  expect((await ada.get('/')).text).toBe('Hello stranger')
  expect(await login('correct horse')).toMatchObject({ status: 302, location: '/' })
  expect((await ada.get('/')).text).toBe('Hello ada')
  const before = ada.copy()
  await login('correct horse')
  expect(ada.cookie).not.toBe(before.cookie)
  expect((await before.get('/')).text).toBe('Hello stranger')
  expect(await ada.post('/logout')).toMatchObject({ status: 302, location: '/' })
  expect((await ada.get('/')).text).toBe('Hello stranger')
})

it('OAuth: the answer of the provider logs in the browser that has asked for it, once', async () => {
  const provider = await startProvider({ sub: 'ada-1', name: 'Ada' })
  const env = {
    ISSUER: provider.url,
    CLIENT_ID: provider.clientId,
    CLIENT_SECRET: 'secret',
    APP_URL: 'http://app.test',
  }
  const { url } = await startRecipe(built.folder, 'oauth', env)
  const [ada, mallory] = [new Visitor(url), new Visitor(url)]
  const asked = (await ada.get('/login')).location!
  const before = ada.copy()
  const { pathname, search } = new URL(await provider.agree(asked))
  expect((await mallory.get(pathname + search)).status).toBe(400)
  await mallory.get('/login')
  expect((await mallory.get(pathname + search)).status).toBe(403)
  expect(await ada.get(pathname + search)).toMatchObject({ status: 302, location: '/' })
  expect((await ada.get('/')).text).toBe('Hello Ada')
  expect((await before.get('/')).text).toBe('Hello stranger')
  expect((await ada.get(pathname + search)).status).toBe(400)
  await ada.post('/logout')
  expect((await ada.get('/')).text).toBe('Hello stranger')
})

it('CSRF: a form counts with the token of its session and from the same site, and not otherwise', async () => {
  const { url } = await startRecipe(built.folder, 'csrf')
  const ada = new Visitor(url)
  const csrf = /name="csrf" value="([^"]+)"/.exec((await ada.get('/')).text)![1]!
  const fields = { csrf, name: 'Ada' }
  expect((await ada.post('/name', { name: 'Ada' })).status).toBe(403)
  expect((await ada.post('/name', fields, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
  expect((await new Visitor(url).post('/name', fields)).status).toBe(403)
  expect((await ada.get('/')).text).toContain('Name: none')
  expect((await ada.post('/name', fields, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(303)
  expect((await ada.get('/')).text).toContain('Name: Ada')
})

it('log out everywhere: lists the devices of a user, and ends the others or all', async () => {
  const { url } = await startRecipe(built.folder, 'log-out-everywhere', { SESSION_STORE: 'memory:' })
  const [phone, laptop, bob] = [new Visitor(url), new Visitor(url), new Visitor(url)]
  await phone.post('/login', { user: 'Ada' }, { 'User-Agent': 'phone' })
  await laptop.post('/login', { user: 'Ada' }, { 'User-Agent': 'laptop' })
  await bob.post('/login', { user: 'Bob' })
  const devices = JSON.parse((await laptop.get('/devices')).text)
  expect(devices).toHaveLength(2)
  expect(devices).toEqual(
    expect.arrayContaining([
      { device: 'phone', here: false },
      { device: 'laptop', here: true },
    ]),
  )
  expect((await laptop.post('/log-out-others')).text).toBe('1 logged out')
  expect((await phone.get('/')).text).toBe('Hello stranger')
  expect((await laptop.get('/')).text).toBe('Hello Ada')
  await phone.post('/login', { user: 'Ada' })
  await laptop.post('/log-out-everywhere')
  expect((await phone.get('/')).text).toBe('Hello stranger')
  expect((await laptop.get('/')).text).toBe('Hello stranger')
  expect((await bob.get('/')).text).toBe('Hello Bob')
})

it('ask again: a payment asks who has not just logged in, keeps the cart and leads back', async () => {
  const { url } = await startRecipe(built.folder, 'ask-again', { FRESH_FOR: '3000' })
  const ada = new Visitor(url)
  await ada.post('/cart')
  expect(await ada.get('/pay')).toMatchObject({ status: 302, location: '/login' })
  expect((await ada.post('/login', { password: 'wrong' })).status).toBe(403)
  expect((await ada.post('/login', { password: 'correct horse' })).location).toBe('/pay')
  // The login is old some time later, and the user is still logged in.
  await expect.poll(async () => (await ada.get('/pay')).location, { timeout: 60_000 }).toBe('/login')
  expect((await ada.get('/')).text).toBe('Ada has a book')
  const paid = async () => {
    const { location } = await ada.post('/login', { password: 'correct horse' })
    return (await ada.get(location!)).text
  }
  await ada.get('/pay')
  await expect
    .poll(async () => ((await ada.get('/pay')).location ? paid() : 'fresh'), { timeout: 60_000 })
    .toBe('Ada pays for a book')
})
