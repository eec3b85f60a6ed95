import { readSession } from '../../lib/sessions.js'

/** Only for users who are logged in: `proxy.js` sends away all others. */
export default async function Account() {
  const { user, views } = await readSession()
  return <p>{`user: ${user}, views: ${views ?? 0}`}</p>
}
