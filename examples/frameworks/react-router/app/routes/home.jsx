import { Form, redirect } from 'react-router'
import { sessionContext } from '../sessions.server.js'

export function loader({ context }) {
  const session = context.get(sessionContext)
  return { user: session.user ?? 'nobody', views: session.views ?? 0 }
}

export async function action({ request, context }) {
  const session = context.get(sessionContext)
  const { intent } = Object.fromEntries(await request.formData())
  if (intent === 'count') session.views = (session.views ?? 0) + 1
  if (intent === 'login') {
    await session.regenerate()
    session.user = 'Ada'
  }
  if (intent === 'logout') await session.destroy()
  return redirect('/', 303)
}

export default function Home({ loaderData: { user, views } }) {
  return (
    <Form method="post">
      <p>{`user: ${user}, views: ${views}`}</p>
      <button type="submit" name="intent" value="count">
        Count
      </button>
      <button type="submit" name="intent" value="login">
        Log in
      </button>
      <button type="submit" name="intent" value="logout">
        Log out
      </button>
    </Form>
  )
}
