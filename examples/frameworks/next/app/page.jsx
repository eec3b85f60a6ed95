import { readSession } from '../lib/sessions.js'

export default async function Home() {
  const session = await readSession()
  return (
    <form method="post">
      <p>{`user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`}</p>
      <button type="submit" formAction="/count">
        Count
      </button>
      <button type="submit" formAction="/login">
        Log in
      </button>
      <button type="submit" formAction="/logout">
        Log out
      </button>
    </form>
  )
}
