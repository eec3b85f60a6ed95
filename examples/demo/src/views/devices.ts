import type { Device } from '../devices.ts'
import { type Html, html } from './html.ts'
import { coatPicture } from './pictures.ts'
import { ago } from './time.ts'

/** Every session of the user, as coats on a rail. `bound`: whether the browser has proved that the session belongs to this device. */
export function devicesCard(devices: Device[], bound: boolean): Html {
  const others = devices.length - 1
  return html`<section class="card devices" aria-labelledby="devices">
    <div class="head">
      <h2 id="devices">On your rail</h2>
      <form method="post" action="/devices/log-out-others">
        <button class="quiet" ${others < 1 && html`disabled`}>Log out the others</button>
      </form>
    </div>
    <p>${
      others < 1
        ? 'This is the only device with your name. Log in with the same name in another browser or a private window, and it hangs here too.'
        : `Your name is logged in on ${devices.length} devices. Take the other coats off the rail, and their tickets are worth nothing.`
    }</p>
    <ul class="rail">${devices.map(device => place(device, bound))}</ul>
  </section>`
}

function place({ number, coat, browser, since, lastSeen, own }: Device, bound: boolean): Html {
  const here = bound ? 'bound to this device' : 'this device'
  return html`<li class="place ${own && 'own'}">
    ${coatPicture(coat)}
    <strong class="tag">${number}</strong>
    <span class="browser">${browser}</span>
    <span class="small">${own ? here : `last seen ${ago(lastSeen)}`}<br>came <time
      datetime="${new Date(since).toISOString()}">${ago(since)}</time></span>
  </li>`
}
