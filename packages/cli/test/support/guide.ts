import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { runProcess } from '../../../session/test/support/processes.ts'

const guide = readFileSync(
  new URL('../../../../docs/moving-from-express-session.md', import.meta.url),
  'utf8',
)
const blocks = [...guide.matchAll(/^ *```js (before|after) (\S+)\n(.*?)^ *```$/gms)]

/** The apps of the guide. */
export const shown: string[] = blocks.map(([, side, name]) => `${side} ${name}`)

/** The app of a block, with the same pages in each. */
function sourceOf(side: 'before' | 'after', name: string): string {
  const block = blocks.find(([, at, of]) => at === side && of === name)
  if (!block) throw new Error(`The guide shows no ${side} of ${name}`)
  // The server that the tests have instead of MongoDB has no index that deletes, without which connect-mongo is told so.
  const app = block[3]!.replace("collectionName: 'sessions'", "$&, autoRemove: 'disabled'")
  return `${app}
    app.get('/login/:user', (req, res) => {
      req.session.user = req.params.user
      req.session.views = 0
      res.send(req.params.user)
    })
    app.get('/logout', (req, res) => req.session.destroy(() => res.send('bye')))
    app.get('/', (req, res) => {
      if (!req.session.user) return res.send('nobody')
      req.session.views++
      res.send(req.session.user + ' ' + req.session.views)
    })
    const server = app.listen(0, () => console.log(server.address().port))
  `
}

/** Run the app of a block as a process, until the test ends or it is stopped. */
export async function startApp(
  folder: string,
  side: 'before' | 'after',
  name: string,
  env: Record<string, string>,
) {
  const app = runProcess(folder, sourceOf(side, name), { SESSION_SECRET: 'a secret for tests', ...env })
  const [line] = (await Promise.race([once(app.child.stdout!, 'data'), app.ended])) as [Buffer]
  const url = `http://127.0.0.1:${String(line).trim()}`
  const stop = async () => {
    const closed = once(app.child, 'close')
    app.child.kill('SIGKILL')
    await closed
  }
  onTestFinished(() => void app.child.kill('SIGKILL'))
  return {
    stop,
    /** What the page says, and the cookie that goes on from there. */
    async get(path: string, cookie = ''): Promise<{ text: string; cookie: string }> {
      const reply = await fetch(url + path, { headers: { cookie } })
      const set = reply.headers.getSetCookie()[0]?.split(';')[0]
      return { text: await reply.text(), cookie: set ?? cookie }
    },
  }
}

/** Log in before, count after, log out there, and go back: users stay what they are all the way. */
export async function moveAndBack(
  folder: string,
  name: string,
  env: Record<string, string>,
  after: string = name,
): Promise<string[]> {
  const told: string[] = []
  let app = await startApp(folder, 'before', name, env)
  const ada = (await app.get('/login/Ada')).cookie
  const bob = (await app.get('/login/Bob')).cookie
  told.push((await app.get('/', ada)).text)
  await app.stop()

  app = await startApp(folder, 'after', after, env)
  told.push((await app.get('/', ada)).text, (await app.get('/', bob)).text)
  const cyd = (await app.get('/login/Cyd')).cookie
  await app.get('/logout', bob)
  told.push((await app.get('/', bob)).text)
  await app.stop()

  app = await startApp(folder, 'before', name, env)
  for (const cookie of [ada, bob, cyd]) told.push((await app.get('/', cookie)).text)
  await app.stop()
  return told
}

export const AS_IT_MUST_BE: string[] = ['Ada 1', 'Ada 2', 'Bob 1', 'nobody', 'Ada 3', 'nobody', 'Cyd 1']
