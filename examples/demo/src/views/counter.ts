import type { Cart } from '../cart.ts'
import { COATS, type Coat } from '../coats.ts'
import { cartCard } from './cart.ts'
import { type Html, html } from './html.ts'
import { layout, noteBox } from './layout.ts'
import { counterPicture } from './pictures.ts'

export interface CounterView {
  cart: Cart | undefined
  /** On the ticket of a session that has begun, though nobody has logged in. */
  number?: string | undefined
  /** The browser sent a ticket that the cloakroom does not know. */
  stale?: boolean
  note?: string | undefined
  /** What is wrong with the name. */
  problem?: string | undefined
}

/** The page of those who have not logged in. */
export function counterPage({ cart, number, stale, note, problem }: CounterView): string {
  return layout(
    'Hand in your coat',
    html`
    ${noteBox(stale ? 'Your ticket is no longer good: it has run out, or you were logged out from another device.' : note)}
    <div class="hero">
      <section class="welcome">
        <h1>Hand in your coat.<br>Get a ticket.</h1>
        <p class="lead">A small cloakroom on sessions that live in a SQLite file. Any name will do, there are no passwords.</p>
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

const INVALID = html`aria-invalid="true" aria-describedby="problem"`
const CHECKED = html`checked`

function swatch(coat: Coat, index: number): Html {
  return html`<label class="swatch ${coat}"><input type="radio" name="coat" value="${coat}" ${index === 0 && CHECKED}>
    <span>${coat}</span></label>`
}

function noTicketYet(): Html {
  return html`<section class="ghost">
    <h2>No ticket yet</h2>
    <p>Your browser has no cookie of ours, and the database has no row for you: whoever only looks around is not stored. Hand
    something in, and a session begins.</p>
  </section>`
}

function ticketBegun(number: string): Html {
  return html`<section class="ghost begun">
    <h2>Ticket <span id="number">${number}</span></h2>
    <p>A session has begun with the first thing that you handed in. Log in, and the ticket gets another number: one that somebody
    has seen before, or planted, is worth nothing then. Your things come along.</p>
  </section>`
}
