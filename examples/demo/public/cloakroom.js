// What the page does beyond its forms: the bar that runs down, a cart without reloads, and two requests at once.

const left = document.querySelector('.left')
const startRace = document.querySelector('#race-start')

// A page that the back button has taken from memory is out of date.
addEventListener('pageshow', event => {
  if (event.persisted) location.reload()
})

if (left) countDown(left)
addEventListener('submit', event => {
  if (event.target.closest('.cart')) changeCart(event)
})
if (startRace) {
  startRace.disabled = false
  startRace.addEventListener('click', race)
}

function countDown(box) {
  const bar = box.querySelector('progress')
  const text = box.querySelector('#left-text')
  const lifetime = Number(box.dataset.lifetime)
  let end = Date.now() + lifetime

  // Each request renews the ticket, also those of the cart and of the race.
  addEventListener('renewed', () => {
    end = Date.now() + lifetime
    show()
  })

  const timer = setInterval(show, 1000)

  function show() {
    const rest = Math.max(0, end - Date.now())
    bar.value = rest
    text.textContent = clock(rest)
    box.classList.toggle('low', rest < lifetime / 5)
    if (rest > 0) return
    clearInterval(timer)
    // The browser deletes the cookie too, so that the server cannot know.
    location.replace('/?ran-out')
  }
}

function clock(ms) {
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** The parts of a page that change with the cart. */
const CHANGING = ['.cart', '.ghost', '#visits']

/** Sends the form without a new page, so that the page does not move and the button keeps the focus. */
async function changeCart(event) {
  event.preventDefault()
  const form = event.target
  const label = event.submitter.ariaLabel
  form.closest('.cart').ariaBusy = 'true'
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
    })
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    // The session has ended: another page is due.
    if (Boolean(page.querySelector('.ticket')) !== Boolean(document.querySelector('.ticket')))
      return location.reload()
    for (const selector of CHANGING) {
      const [old, now] = [document.querySelector(selector), page.querySelector(selector)]
      if (old && now) old.replaceWith(document.adoptNode(now))
    }
    focusOn(label)
    dispatchEvent(new Event('renewed'))
  } catch {
    form.submit()
  }
}

/** The button with this label or, where it is disabled now, the other one for the same thing. */
function focusOn(label) {
  const button = [...document.querySelectorAll('.cart button')].find(button => button.ariaLabel === label)
  const usable = button?.disabled ? button.closest('li').querySelector('button:not(:disabled)') : button
  usable?.focus({ preventScroll: true })
}

async function race() {
  const problem = document.querySelector('#race-problem')
  startRace.disabled = true
  problem.hidden = true
  try {
    await Promise.all([...document.querySelectorAll('.lane')].map(run))
  } catch (error) {
    problem.textContent = `The requests failed: ${error.message}`
    problem.hidden = false
  }
  dispatchEvent(new Event('renewed'))
  startRace.disabled = false
}

async function run(lane) {
  const { mode } = lane.dataset
  const show = (part, text) => {
    lane.querySelector(`[data-part=${part}]`).textContent = text
  }
  lane.classList.remove('kept', 'lost')
  show('hooks', '…')
  await ask('POST', `/${mode}/start`)
  await Promise.all(
    ['a', 'b'].map(async hand => {
      const { found, hung } = await ask('POST', `/${mode}/hang/${hand}`)
      show(hand, `found ${found.length ? found.join(' and ') : 'nothing'}, hung up the ${hung}`)
    }),
  )
  const hooks = await ask('POST', `/${mode}/finish`)
  show('hooks', hooks.length === 2 ? `${hooks.join(' and ')}: both are there` : winner(hooks[0]))
  lane.classList.add(hooks.length === 2 ? 'kept' : 'lost')
}

/** Where one change is lost, what is left is what the later save had. */
function winner(thing) {
  return `${thing} only: it was saved last, and the ${thing === 'hat' ? 'umbrella' : 'hat'} is lost`
}

async function ask(method, url) {
  const response = await fetch(url, { method })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return response.status === 204 ? undefined : response.json()
}
