import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'
import { H3, redirect, serve, toResponse } from 'h3'

const sessions = createSessions({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

const app = new H3()
app.use(async (event, next) => {
  const opened = await sessions.open(event.req)
  event.context.session = opened.session
  return opened.commit(await toResponse(await next(), event))
})

const page = session => `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`

app.get('/', event => page(event.context.session))
app.get('/stream', ({ context: { session } }) => {
  session.views = (session.views ?? 0) + 1
  return new Blob(['one ', 'two ', page(session)]).stream()
})
app.post('/count', ({ context: { session } }) => {
  session.views = (session.views ?? 0) + 1
  return redirect('/', 303)
})
app.post('/login', async ({ context: { session } }) => {
  await session.regenerate()
  session.user = 'Ada'
  return redirect('/', 303)
})
app.post('/logout', async ({ context: { session } }) => {
  await session.destroy()
  return redirect('/', 303)
})

const port = process.env.PORT ?? 3000
const server = serve(app, { port, silent: true })
await server.ready()
console.log(`http://localhost:${port}`)
