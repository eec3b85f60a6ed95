import type { Item } from '../cart.ts'
import { COATS, type Coat } from '../coats.ts'
import { type Html, html } from './html.ts'

/** A coat on its hanger; the colour is the class's. */
export function coatPicture(coat: Coat): Html {
  return html`<svg class="coat ${coat}" viewBox="0 0 100 132" aria-hidden="true">
    <path class="hook" d="M50 27v-7c0-3 6-4 6-9a6 6 0 0 0-12 0"/>
    <path class="cloth" d="M50 27c-12 1-21 5-26 11-4 5-13 41-15 51l14 5 8-29c1 22-1 42-5 60 15 4 33 4 48 0-4-18-6-38-5-60l8 29 14-5c-2-10-11-46-15-51-5-6-14-10-26-11z"/>
    <path class="shade" d="M31 65c0-7 1-12 2-17M69 65c0-7-1-12-2-17M50 60v67"/>
    <path class="lapel" d="M50 60 36 37l8-9 6 8zM50 60l14-23-8-9-6 8z"/>
    <path class="shade" d="m34 96 11-2M66 96l-11-2"/>
    <path class="button" d="M55 70h.01M55 82h.01M55 108h.01"/>
  </svg>`
}

/** What one sees over the counter: a coat of each colour, and a free hanger. */
export function counterPicture(): Html {
  return html`<div class="view" aria-hidden="true">
    <div class="rail">
      ${COATS.map(coat => html`<div class="place">${coatPicture(coat)}</div>`)}
      <div class="place">
        <svg class="coat" viewBox="0 0 100 132"><path class="hook" d="M50 27v-7c0-3 6-4 6-9a6 6 0 0 0-12 0M50 27 16 45c-3 2-2 6 2 6h64c4 0 5-4 2-6z"/></svg>
        <span class="tag">yours?</span>
      </div>
    </div>
    <div class="desk">
      <svg class="bell" viewBox="0 0 64 48">
        <path class="foot" d="M29 6h6v8h-6zM4 41h56v7H4z"/>
        <path class="dome" d="M8 41a24 29 0 0 1 48 0z"/>
        <path class="gleam" d="M16 34c1.5-7 5-11 9-13"/>
        <rect class="foot" x="24" y="3" width="16" height="5" rx="2.5"/>
      </svg>
    </div>
  </div>`
}

export function itemPicture(item: Item): Html {
  return html`<svg class="item" viewBox="0 0 24 24" aria-hidden="true"><path d="${ITEM_PATHS[item]}"/></svg>`
}

const ITEM_PATHS: Record<Item, string> = {
  umbrella:
    'M12 2.5V4m-9 9a9 9 0 0 1 18 0c-1.5-1.7-4.5-1.7-6 0-1.5-1.7-4.5-1.7-6 0-1.5-1.7-4.5-1.7-6 0zm9-.5V19a2.2 2.2 0 0 0 4.4 0',
  hat: 'M7 16.5 6.5 7c0-1.5 2.5-2 5.5-2s5.5.5 5.5 2L17 16.5M6.8 13.2c3 1.2 7.4 1.2 10.4 0M2.5 15.5C3 18 7 19 12 19s9-1 9.5-3.5c-1-.8-2.5-.8-4.6 0-3 1.3-6.8 1.3-9.8 0-2.1-.8-3.6-.8-4.6 0z',
  scarf:
    'M5 6.5C5 4.5 8 3.5 12 3.5s7 1 7 3-3 3.5-7 3.5-7-1.5-7-3.5zM9.5 9.9 7.5 20M13.5 10l-1 10m-5 0h5M8 17.5h4.7M14 10l3 8M17 18l-4.3 1.3M7.5 20l-.3 1.8M10 20v1.8M12.5 20v1.8',
  suitcase:
    'M4.5 8h15A1.5 1.5 0 0 1 21 9.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18.5v-9A1.5 1.5 0 0 1 4.5 8zM8.5 8V6A1.5 1.5 0 0 1 10 4.5h4A1.5 1.5 0 0 1 15.5 6v2M7 8v12M17 8v12',
}
