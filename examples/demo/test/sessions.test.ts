import { afterAll, expect, test } from 'vitest'
import {
  amountOf,
  change,
  closeBrowser,
  logIn,
  newDevice,
  press,
  textOf,
  visitsOf,
} from './support/browser.ts'
import { startServer, temporaryDirectory } from './support/server.ts'

afterAll(closeBrowser)

test('restart: still logged in, with the cart and the count', async () => {
  const directory = temporaryDirectory()
  const page = await newDevice()
  const first = await startServer(directory)
  await logIn(page, first.url, 'Ada')
  await change(page, 'Hand in: Suitcase')
  expect(await textOf(page)).toContain('before you came')

  expect(await first.stop()).toBe(0)
  await startServer(directory, { PORT: first.port })
  await page.reload()
  expect(await page.locator('h1').innerText()).toMatch(/^\S.*, Ada\.$/)
  expect(await visitsOf(page)).toBe(3)
  expect(await amountOf(page, 'suitcase')).toBe(1)
  expect(await textOf(page)).toContain('Your ticket is older than this server')
})

test('restart with another secret: the ticket is not known any more', async () => {
  const directory = temporaryDirectory()
  const page = await newDevice()
  const first = await startServer(directory, { SESSION_SECRET: 'the first secret' })
  await logIn(page, first.url, 'Ada')
  await first.stop()
  await startServer(directory, { PORT: first.port, SESSION_SECRET: 'the second secret' })
  await page.reload()
  expect(await textOf(page)).toContain('Your ticket is no longer good')
})

test('two servers on one file: a session is good at both', async () => {
  const directory = temporaryDirectory()
  const page = await newDevice()
  const [first, second] = await Promise.all([startServer(directory), startServer(directory)])
  await logIn(page, first.url, 'Ada')
  await page.goto(second.url)
  expect(await visitsOf(page)).toBe(2)
  await change(page, 'Hand in: Hat')
  await page.goto(first.url)
  expect(await visitsOf(page)).toBe(4)
  expect(await amountOf(page, 'hat')).toBe(1)
  await press(page, 'Log out')
  await page.goto(second.url)
  expect(await page.getByLabel('Your name').isVisible()).toBe(true)
})

test('devices: each hangs on the rail, with its browser and since when', async () => {
  const { url } = await startServer(temporaryDirectory())
  const laptop = await newDevice()
  const phone = await newDevice({ userAgent: PHONE })
  await logIn(laptop, url, 'Ada')
  await logIn(phone, url, 'Ada')
  await logIn(await newDevice(), url, 'Ada Lovelace')
  await laptop.reload()
  const places = laptop.locator('.devices .place')
  expect(await places.count()).toBe(2)
  expect(await places.first().innerText()).toMatch(
    /Chrome \d+ on Linux\s+this device\s+came (just now|\d+ seconds ago)/,
  )
  expect(await places.last().innerText()).toMatch(/Safari on iPhone\s+last seen (just now|\d+ seconds ago)/)

  // When a device came stays what it was; when it was last seen is the last request.
  const came = () => places.last().locator('time').getAttribute('datetime')
  const before = await came()
  await phone.reload()
  await laptop.reload()
  expect(await came()).toBe(before)
})

test('devices: logging out the others ends them and nobody else', async () => {
  const { url } = await startServer(temporaryDirectory())
  const [laptop, phone, stranger] = [
    await newDevice(),
    await newDevice({ userAgent: PHONE }),
    await newDevice(),
  ]
  await logIn(laptop, url, 'Ada')
  await logIn(phone, url, 'Ada')
  await logIn(stranger, url, 'Ad')
  await laptop.reload()
  await press(laptop, 'Log out the others')
  expect(await laptop.getByRole('status').innerText()).toBe('One other device is logged out.')
  expect(await laptop.locator('.devices .place').count()).toBe(1)

  await phone.reload()
  expect(await textOf(phone)).toContain('you were logged out from another device')
  expect(await phone.context().cookies()).toEqual([])
  await stranger.reload()
  expect(await stranger.locator('h1').innerText()).toMatch(/^\S.*, Ad\.$/)
  await laptop.reload()
  expect(await laptop.getByRole('status').count()).toBe(0)
})

test('two requests at once: merged, both writes are there; overwritten, one is lost', async () => {
  const { url } = await startServer(temporaryDirectory())
  const page = await newDevice()
  await logIn(page, url, 'Ada')
  for (let round = 0; round < 3; round++) {
    await page.getByRole('button', { name: 'Send two requests at once' }).click()
    await page.locator('#race-start:not([disabled])').waitFor()
    const [merge, overwrite] = [page.locator('[data-mode=merge]'), page.locator('[data-mode=overwrite]')]
    for (const lane of [merge, overwrite]) {
      expect(await lane.locator('[data-part=a]').innerText()).toBe('found nothing, hung up the umbrella')
      expect(await lane.locator('[data-part=b]').innerText()).toBe('found nothing, hung up the hat')
    }
    expect(await merge.locator('[data-part=hooks]').innerText()).toBe('umbrella and hat: both are there')
    expect(await overwrite.locator('[data-part=hooks]').innerText()).toMatch(
      /^(umbrella only: it was saved last, and the hat is lost|hat only: it was saved last, and the umbrella is lost)$/,
    )
  }
  await page.reload()
  expect(await visitsOf(page)).toBe(2)
  expect(await page.locator('.devices .place').count()).toBe(1)
})

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
