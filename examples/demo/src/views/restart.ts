import { type Html, html } from './html.ts'
import { ago } from './time.ts'

/** Epoch milliseconds. */
const STARTED = Date.now()

/** Shows that a restart does nothing to a session. */
export function restartCard(since: number): Html {
  const survived = since < STARTED
  return html`<section class="card restart" aria-labelledby="restart">
    <h2 id="restart">Close up for the night</h2>
    <p>Stop the server with <kbd>Ctrl+C</kbd>, start it again, reload this page: you are still logged in. The coats are in the
    database, and the secret that signs the tickets is kept beside it.</p>
    <p class="stamp ${survived && 'survived'}" id="restart-state">${
      survived
        ? `Your ticket is older than this server, which was started ${ago(STARTED)} (process ${process.pid}): the session has outlived a process.`
        : `This server was started ${ago(STARTED)} (process ${process.pid}), before you came.`
    }</p>
  </section>`
}
