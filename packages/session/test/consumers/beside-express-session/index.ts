import coatcheck, { type SessionRequest } from '@coatcheck/session'
import express from 'express'
import expressSession from 'express-session'

declare module 'express-session' {
  interface SessionData {
    views: number
  }
}
declare module '@coatcheck/session' {
  interface SessionData {
    cart: string[]
  }
}

const app = express()
const sessions = coatcheck({ secret: 's' })
app.use(expressSession({ secret: 's' }))
app.use(sessions)

app.get('/', async (req, res) => {
  // With the types of express-session, Express's request keeps those.
  req.session.views = (req.session.views ?? 0) + 1
  const theirs: expressSession.Session = req.session
  req.sessionStore.generate(req)
  theirs.save(error => res.send(String(error)))
  // Their type knows what our methods take and return.
  await theirs.regenerate({ keep: ['views'] })
  req.session.regenerate({ data: { views: 1 } }, error => res.send(String(error)))
  const saved: Promise<void> = req.session.save()
  await Promise.all([saved, req.session.reload()])
  const ended: boolean | undefined = await req.session.destroy({ clearSite: true })
  req.session.destroy(error => res.send(`${error} ${ended}`))
  // @ts-expect-error: not one of the options
  await theirs.regenerate({ kept: true })
  // Ours come from the middleware, or from the type of the request.
  const ours = sessions.of(req)
  ours?.cart?.push('coat')
  await ours?.save()
})

export function cartOf(req: SessionRequest): string[] | undefined {
  return req.session.cart
}
