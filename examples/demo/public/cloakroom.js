// What the page does beyond its forms: the bar that runs down, and two requests at once.

const left = document.querySelector('.left')
const startRace = document.querySelector('#race-start')

// A page that the back button took from memory was made for another moment.
addEventListener('pageshow', event => {
  if (event.persisted) location.reload()
})

if (left) countDown(left)
if (startRace) {
  startRace.disabled = false
  startRace.addEventListener('click', race)
}

function countDown(box) {
  const bar = box.querySelector('progress')
  const text = box.querySelector('#left-text')
  const lifetime = Number(box.dataset.lifetime)
  let end = Date.now() + lifetime

  // Each request renews the ticket, those of the race too.
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
    location.reload()
  }
}

function clock(ms) {
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

async function race() {
  const problem = document.querySelector('#race-problem')
  startRace.disabled = true
  problem.hidden = true
  try {
    await Promise.all([...document.querySelectorAll('.lane')].map(run))
  } catch (error) {
    problem.textContent = `The requests came to nothing: ${error.message}`
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
  const hooks = await ask('GET', `/${mode}/hooks`)
  show(
    'hooks',
    hooks.length === 2 ? `${hooks.join(' and ')}: both are there` : `${hooks.join('')} only: one is lost`,
  )
  lane.classList.add(hooks.length === 2 ? 'kept' : 'lost')
}

async function ask(method, url) {
  const response = await fetch(url, { method })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return response.status === 204 ? undefined : response.json()
}
