import { type Content, type Html, html } from './html.ts'

/** The address of the project. */
export const REPOSITORY = 'https://github.com/coatcheck/coatcheck'

/** The frame of every page. With a `user`, it has a button to log out. */
export function layout(title: string, body: Content, user?: string): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Coatcheck</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/base.css">
<link rel="stylesheet" href="/cloakroom.css">
<script src="/cloakroom.js" type="module"></script>
</head>
<body>
<header class="top">
  <a class="brand" href="/"><img src="/favicon.svg" alt="" width="30" height="30">Coatcheck</a>
  ${user !== undefined && account(user)}
</header>
<main>${body}</main>
<footer>
  <p>You hand in your coat, you get a ticket, the cloakroom keeps the coat: the session is the coat, the cookie is the ticket,
  the store is the cloakroom.</p>
  <ul class="links">
    <li><a href="${REPOSITORY}#readme">What Coatcheck is</a></li>
    <li><a href="${REPOSITORY}/tree/main/examples/demo#what-to-try">What to try here</a></li>
    <li><a href="${REPOSITORY}/tree/main/examples/demo/src">How this demo is made</a></li>
    <li><a href="${REPOSITORY}/blob/main/docs/moving-from-express-session.md">Moving from express-session</a></li>
  </ul>
</footer>
</body>
</html>
`)
}

function account(user: string): Html {
  return html`<form class="account" method="post" action="/logout">
    <span class="who">${user}</span><button class="quiet">Log out</button>
  </form>`
}

/** The message of the last request. */
export function noteBox(note: string | undefined): Content {
  return note !== undefined && html`<p class="note" role="status">${note}</p>`
}
