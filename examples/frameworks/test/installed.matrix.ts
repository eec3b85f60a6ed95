import { beforeAll, describe, expect, it } from 'vitest'
import { type Running, startExample } from './support/app.ts'
import { Browser } from './support/browser.ts'
import { describeExample, type Example } from './support/describe-example.ts'
import { type Installed, installExample } from './support/install.ts'

// Examples of large frameworks, each installed in a folder of its own and built: `npm run examples`.

/** An example with the paths of a part of it, or more than one part. */
function describeInstalled(folder: string, ...parts: (Omit<Example, 'start'> & { name: string })[]): void {
  describe(`examples/frameworks/${folder}`, () => {
    let installed: Installed
    beforeAll(async () => {
      installed = await installExample(folder)
    }, 600_000)
    for (const part of parts) describeExample({ ...part, start: () => startExample(installed) })
  })
}

describeInstalled('nest-express', { name: 'Nest on Express' })
describeInstalled('nest-fastify', { name: 'Nest on Fastify' })
describeInstalled('sveltekit', {
  name: 'SvelteKit',
  paths: { count: '/?/count', login: '/?/login', logout: '/?/logout' },
  stream: '/stream',
})
describeInstalled('react-router', {
  name: 'React Router',
  paths: { count: '/?index', login: '/?index', logout: '/?index' },
  fields: { count: { intent: 'count' }, login: { intent: 'login' }, logout: { intent: 'logout' } },
  stream: '/stream',
})
describeInstalled('astro', { name: 'Astro', stream: '/stream' })
describeInstalled('nitro', { name: 'Nitro', stream: '/stream' })
describeInstalled(
  'next',
  { name: 'Next, route handlers', stream: '/stream', more: nextParts },
  {
    name: 'Next, pages router',
    paths: { read: '/pages', count: '/api/count', login: '/api/login', logout: '/api/logout' },
  },
)

/** The hidden fields of a form in a page: what a browser sends without scripts. */
async function fieldsOf(browser: Browser, id: string): Promise<FormData> {
  const { text } = await browser.get('/actions')
  const form = new RegExp(`<form[^>]*id="${id}".*?</form>`, 's').exec(text)![0]
  const fields = new FormData()
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? ''
    fields.set(attribute('name'), attribute('value'))
  }
  return fields
}

function nextParts(app: () => Running): void {
  async function act(browser: Browser, id: string) {
    return browser.send('/actions', { method: 'POST', body: await fieldsOf(browser, id) })
  }

  it('server action: writes, logs in and logs out', async () => {
    const { url } = app()
    const browser = new Browser(url)
    expect(await browser.get('/actions')).toMatchObject({ user: 'nobody', views: 0, setCookie: [] })
    expect((await act(browser, 'count')).status).toBe(303)
    expect((await browser.get('/actions')).views).toBe(1)
    const before = browser.cookie
    expect((await act(browser, 'login')).setCookie).toHaveLength(1)
    expect(await browser.get('/actions')).toMatchObject({ user: 'Ada', views: 0 })
    expect((await new Browser(url, before).get('/')).user).toBe('nobody')
    const during = browser.cookie
    await act(browser, 'logout')
    expect(browser.cookie).toBe('')
    expect((await new Browser(url, during).get('/')).user).toBe('nobody')
  })

  it('server action: a failed save is an error', async () => {
    const browser = new Browser(app().url)
    const fields = await fieldsOf(browser, 'count')
    app().failing(true)
    const reply = await browser.send('/actions', { method: 'POST', body: fields })
    app().failing(false)
    expect([reply.status, reply.setCookie]).toEqual([500, []])
  })

  it('proxy: sends away who is not logged in', async () => {
    const browser = new Browser(app().url)
    const away = await browser.get('/account')
    expect([away.status, away.location]).toEqual([307, expect.stringMatching(/\/$/)])
    await browser.post('/login')
    expect(await browser.get('/account')).toMatchObject({ status: 200, user: 'Ada' })
  })
}
