import { redirect } from '@sveltejs/kit'

export function load({ locals: { session } }) {
  return { user: session.user ?? 'nobody', views: session.views ?? 0 }
}

export const actions = {
  count({ locals: { session } }) {
    session.views = (session.views ?? 0) + 1
    redirect(303, '/')
  },
  async login({ locals: { session } }) {
    await session.regenerate()
    session.user = 'Ada'
    redirect(303, '/')
  },
  async logout({ locals: { session } }) {
    await session.destroy()
    redirect(303, '/')
  },
}
