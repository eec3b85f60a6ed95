import { NextResponse } from 'next/server'
import { openSession } from './lib/sessions.js'

/** Next's middleware. */
export async function proxy(request) {
  const { session } = await openSession(request)
  return session.user ? NextResponse.next() : NextResponse.redirect(new URL('/', request.url))
}

export const config = { matcher: '/account' }
