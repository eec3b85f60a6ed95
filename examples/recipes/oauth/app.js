import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'
import * as client from 'openid-client'

const url = process.env.APP_URL ?? 'http://localhost:3000'
const issuer = new URL(process.env.ISSUER)
// Only for a provider on your own machine.
const execute = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []
const provider = await client.discovery(issuer, process.env.CLIENT_ID, process.env.CLIENT_SECRET, undefined, {
  execute,
})

const app = express()

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET,
    store: await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db'),
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)

app.get('/', (req, res) => res.send(`Hello ${req.session.user?.name ?? 'stranger'}`))

app.get('/login', async (req, res) => {
  // What the provider has to send back stays in the session of this browser.
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  req.session.login = { verifier, state }
  const parameters = {
    redirect_uri: `${url}/callback`,
    scope: 'openid profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  }
  res.redirect(client.buildAuthorizationUrl(provider, parameters).href)
})

app.get('/callback', async (req, res) => {
  const { verifier, state } = req.session.login ?? {}
  if (!state) return res.status(400).send('This login did not begin here')
  // Each answer counts once.
  req.session.login = undefined
  let claims
  try {
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
    const tokens = await client.authorizationCodeGrant(provider, new URL(req.originalUrl, url), checks)
    claims = tokens.claims()
  } catch {
    return res.status(403).send('The provider did not log you in')
  }
  // A new id, without the state of the login.
  await req.session.regenerate({ data: { user: { id: claims.sub, name: claims.name } } })
  res.redirect('/')
})

app.post('/logout', async (req, res) => {
  await req.session.destroy()
  res.redirect(303, '/')
})

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(url))
