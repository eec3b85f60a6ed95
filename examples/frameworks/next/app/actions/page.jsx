import { readSession } from '../../lib/sessions.js'
import { count, login, logout } from './actions.js'

export default async function Actions() {
  const session = await readSession()
  return (
    <>
      <p>{`user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`}</p>
      <form id="count" action={count}>
        <button type="submit">Count</button>
      </form>
      <form id="login" action={login}>
        <button type="submit">Log in</button>
      </form>
      <form id="logout" action={logout}>
        <button type="submit">Log out</button>
      </form>
    </>
  )
}
