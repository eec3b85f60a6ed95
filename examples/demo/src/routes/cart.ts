import { type Request, Router } from 'express'
import { add, type Cart, type Item, itemFrom, remove } from '../cart.ts'
import { browserName } from '../devices.ts'
import { sessionOf, type VisitorSessions } from '../sessions.ts'

/** The cart. It needs no login: the first thing that a visitor hands in begins a session. */
export function cartRoutes(sessions: VisitorSessions): Router {
  const router = Router()

  router.post('/cart/add', (req, res) => {
    change(req, add)
    res.redirect(303, '/#cart')
  })

  router.post('/cart/remove', (req, res) => {
    change(req, remove)
    res.redirect(303, '/#cart')
  })

  function change(req: Request, by: (cart: Cart | undefined, item: Item) => Cart): void {
    const item = itemFrom(req.body?.item)
    if (!item) return
    const session = sessionOf(sessions, req)
    session.since ??= Date.now()
    session.browser ??= browserName(req.get('User-Agent'))
    session.cart = by(session.cart, item)
  }

  return router
}
