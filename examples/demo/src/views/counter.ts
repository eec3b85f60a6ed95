import type { Cart } from '../cart.ts'
import { COATS, type Coat } from '../coats.ts'
import { cartCard } from './cart.ts'
import { type Html, html } from './html.ts'
import { layout, noteBox, REPOSITORY } from './layout.ts'
import { counterPicture } from './pictures.ts'
import { inMinutes } from './time.ts'

export interface CounterView {
  cart: Cart | undefined
  /** On the ticket of a session that has begun, though nobody has logged in. */
  number?: string | undefined
  /** The last session of this browser has run out, or the browser sent a ticket that the cloakroom does not know. */
  ended?: 'ran out' | 'unknown' | undefined
  /** Milliseconds that a session lives without a request. */
  maxAge: number
  note?: string | undefined
  /** What is wrong with the name. */
  problem?: string | undefined
}

/** The page of those who have not logged in. */
export function counterPage({ cart, number, ended, note, problem, maxAge }: CounterView): string {
  return layout(
    'Hand in your coat',
    html`
    ${noteBox(ended ? noteOn(ended, maxAge) : note)}
    <div class="hero">
      <section class="welcome">
        <h1>Hand in your coat.<br>Get a ticket.</h1>
        <p class="lead">This is the demo of <a href="${REPOSITORY}">Coatcheck</a>, session middleware for Node that takes the place of
        express-session, with stores for Redis, PostgreSQL, MySQL, MongoDB, SQLite and memory. Log in, and see what a session survives: a
        restart, a second device, two requests at once.</p>
        <form class="login" method="post" action="/login">
          <label class="field">Your name
            <input name="name" required maxlength="40" autocomplete="nickname" ${problem !== undefined && INVALID}>
          </label>
          ${problem !== undefined && html`<p class="problem" id="problem" role="alert">${problem}</p>`}
          <fieldset>
            <legend>Your coat</legend>
            ${COATS.map(swatch)}
          </fieldset>
          <button class="main">Hand it in</button>
          <p class="small">Any name will do, there are no passwords. The ticket is good for ${inMinutes(maxAge)} after your last
          request.</p>
        </form>
      </section>
      ${counterPicture()}
    </div>
    <div class="pair">
      ${cartCard(cart)}
      ${number === undefined ? noTicketYet() : ticketBegun(number)}
    </div>`,
  )
}

function noteOn(ended: 'ran out' | 'unknown', maxAge: number): string {
  return ended === 'ran out'
    ? `Your ticket has run out: there was no request for ${inMinutes(maxAge)}. Hand in your coat again.`
    : 'Your ticket is no longer good: it has run out, or you were logged out from another device.'
}

const INVALID = html`aria-invalid="true" aria-describedby="problem"`
const CHECKED = html`checked`

function swatch(coat: Coat, index: number): Html {
  return html`<label class="swatch ${coat}"><input type="radio" name="coat" value="${coat}" ${index === 0 && CHECKED}>
    <span>${coat}</span></label>`
}

function noTicketYet(): Html {
  return html`<section class="ghost">
    <h2>No ticket yet</h2>
    <p>Your browser has no cookie of ours, and the database has no row for you: we store nothing about visitors who only look around.
    Hand something in, and a session begins.</p>
  </section>`
}

function ticketBegun(number: string): Html {
  return html`<section class="ghost begun">
    <h2>Ticket <span id="number">${number}</span></h2>
    <p>The first thing that you handed in has begun a session. When you log in, the ticket gets another number, so that the old one
    is worthless to anybody who has seen or planted it. Your things come along.</p>
  </section>`
}
