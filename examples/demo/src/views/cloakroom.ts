import { type Device, ticketNumber } from '../devices.ts'
import type { VisitorSession } from '../sessions.ts'
import { cartCard } from './cart.ts'
import { devicesCard } from './devices.ts'
import { type Html, html } from './html.ts'
import { layout, noteBox } from './layout.ts'
import { raceCard } from './race.ts'
import { restartCard } from './restart.ts'
import { ago, countdown, greeting } from './time.ts'

export interface CloakroomView {
  session: VisitorSession
  devices: Device[]
  note: string | undefined
  maxAge: number
}

/** The page of those who have logged in. */
export function cloakroomPage({ session, devices, note, maxAge }: CloakroomView): string {
  const number = ticketNumber(session.id)
  const { user = '', cart, since = Date.now() } = session
  return layout(
    `Ticket ${number}`,
    html`
    ${noteBox(note)}
    <h1 class="greeting">${greeting()}, ${user}.</h1>
    <div class="pair">
      ${ticket(session, number, maxAge)}
      ${cartCard(cart)}
    </div>
    ${devicesCard(devices, session.bound === true)}
    ${raceCard()}
    ${restartCard(since)}`,
    user,
  )
}

function ticket(
  { coat, user, since = Date.now(), visits = 0 }: VisitorSession,
  number: string,
  maxAge: number,
): Html {
  return html`<div class="ticket-shadow"><section class="ticket" aria-label="Your ticket">
    <div class="stub ${coat}">
      <span class="label">No.</span>
      <strong class="number">${number}</strong>
      <span class="label">keep this ticket</span>
    </div>
    <div class="paper">
      <dl>
        <div><dt>Belongs to</dt><dd class="long">${user}</dd></div>
        <div><dt>Coat</dt><dd>${coat}</dd></div>
        <div><dt>Handed in</dt><dd>${ago(since)}</dd></div>
        <div><dt>Visits</dt><dd id="visits">${visits}</dd></div>
      </dl>
      <div class="left" data-lifetime="${maxAge}">
        <label for="left">Good for another <span id="left-text">${countdown(maxAge)}</span></label>
        <progress id="left" max="${maxAge}" value="${maxAge}"></progress>
      </div>
      <p class="small">Each request makes it good for ${countdown(maxAge)} again. The number represents the session id, which is
      in your cookie only, where no script can read it.</p>
    </div>
  </section></div>`
}
