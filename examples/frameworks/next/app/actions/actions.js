'use server'

import { redirect } from 'next/navigation'
import { changeSession } from '../../lib/sessions.js'

export async function count() {
  await changeSession(session => {
    session.views = (session.views ?? 0) + 1
  })
  redirect('/actions')
}

export async function login() {
  await changeSession(async session => {
    await session.regenerate()
    session.user = 'Ada'
  })
  redirect('/actions')
}

export async function logout() {
  await changeSession(session => session.destroy())
  redirect('/actions')
}
