import { type Cart, ITEMS, type Item, MOST, size } from '../cart.ts'
import { type Html, html } from './html.ts'
import { itemPicture } from './pictures.ts'

/** The cart: what hangs with the coat. */
export function cartCard(cart: Cart = {}): Html {
  const count = size(cart)
  return html`<section class="card cart" aria-labelledby="cart">
    <h2 id="cart">With your coat <span class="count">${count === 0 ? 'nothing yet' : count === 1 ? '1 thing' : `${count} things`}</span></h2>
    <ul>${(Object.keys(ITEMS) as Item[]).map(item => row(item, cart[item] ?? 0))}</ul>
    <p class="small">A cart in the session. It is yours before you log in, and comes along when you do.</p>
  </section>`
}

function row(item: Item, count: number): Html {
  const name = ITEMS[item]
  return html`<li class="${count > 0 && 'has'}" data-item="${item}">
    ${itemPicture(item)}<span class="name">${name}</span>
    <form method="post" action="/cart/remove">
      <input type="hidden" name="item" value="${item}">
      <button class="round" aria-label="Take back: ${name}" ${count === 0 && DISABLED}>−</button>
    </form>
    <span class="amount">${count}</span>
    <form method="post" action="/cart/add">
      <input type="hidden" name="item" value="${item}">
      <button class="round" aria-label="Hand in: ${name}" ${count >= MOST && DISABLED}>+</button>
    </form>
  </li>`
}

const DISABLED = html`disabled`
