import { pbkdf2Sync } from 'node:crypto'

/** The application of every benchmark. The path of a request says what it does with its session. */

/** Session data of about 700 bytes as JSON, or of this number of kilobytes. */
export function makeData(kilobytes) {
  const data = {
    views: 0,
    user: {
      id: 'b0a6f2c4-5a0e-4f0e-9a5e-0f6c8d1f7a11',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      roles: ['admin', 'editor'],
      since: 1718000000000,
    },
    cart: Array.from({ length: 5 }, (_, i) => ({
      sku: `SKU-${1000 + i}`,
      title: `Article number ${i}`,
      count: i + 1,
      cents: 1999,
    })),
    csrf: 'W7mV0c2kq1ZpYb4nT9sXr6Hj',
    locale: 'en-GB',
    theme: 'dark',
  }
  while (kilobytes && JSON.stringify(data).length < kilobytes * 1000) {
    data.cart.push({ sku: `SKU-${data.cart.length}`, title: 'One more article', count: 1, cents: 999 })
  }
  return data
}

const OK = Buffer.from('Hello, Ada Lovelace')

/** Makes the application behind a middleware. Without one (`'bare'`), it gives the same answers. */
export function makeApp(middleware, kilobytes) {
  const bare = middleware === 'bare'
  const data = makeData(kilobytes)
  let views = 0
  const held = []

  const pages = {
    '/read': req => bare || req.session.user.name === data.user.name,
    '/busy': req => {
      // About a millisecond of CPU time.
      pbkdf2Sync('work', 'of an application', 4500, 32, 'sha256')
      return pages['/read'](req)
    },
    '/held': req => {
      held.push(req)
      return bare || req.session.user.name === data.user.name ? new Promise(() => {}) : false
    },
    '/write': req => {
      if (!bare) req.session.views = ++views
      return bare || req.session.user.name === data.user.name
    },
    '/new': req => {
      if (!bare) Object.assign(req.session, data)
      return true
    },
    '/anonymous': req => bare || req.session.user === undefined,
    '/untouched': () => true,
    '/login': async req => {
      if (bare) return true
      await new Promise((resolve, reject) => {
        req.session.regenerate(error => (error ? reject(error) : resolve()))
      })
      Object.assign(req.session, data)
      return true
    },
    '/login-at-once': async req => {
      if (middleware !== 'coatcheck') return pages['/login'](req)
      await req.session.regenerate({ data })
      return true
    },
    '/logout': async req => {
      if (bare) return true
      await new Promise((resolve, reject) => {
        req.session.destroy(error => (error ? reject(error) : resolve()))
      })
      return true
    },
  }

  function app(req, res) {
    const outcome = pages[req.url](req)
    if (outcome instanceof Promise) outcome.then(fine => reply(res, fine))
    else reply(res, outcome)
  }
  /** The number of requests that are not going to be answered. */
  app.held = () => held.length
  return app
}

function reply(res, fine) {
  res.statusCode = fine ? 200 : 500
  res.setHeader('Content-Type', 'text/plain')
  // As Express's `res.send` does.
  res.setHeader('Content-Length', OK.length)
  res.end(OK)
}
