import { sessionOf } from '../lib/pages-session.js'

export async function getServerSideProps({ req, res }) {
  const session = await sessionOf(req, res)
  return { props: { user: session.user ?? 'nobody', views: session.views ?? 0 } }
}

export default function Pages({ user, views }) {
  return (
    <form method="post">
      <p>{`user: ${user}, views: ${views}`}</p>
      <button type="submit" formAction="/api/count">
        Count
      </button>
      <button type="submit" formAction="/api/login">
        Log in
      </button>
      <button type="submit" formAction="/api/logout">
        Log out
      </button>
    </form>
  )
}
