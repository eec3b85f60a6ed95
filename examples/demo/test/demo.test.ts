import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
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

describe('visitor', () => {
  test('looking around: no cookie and no session', async () => {
    const { page, url } = await visit()
    await page.goto(url)
    await page.reload()
    expect(await textOf(page)).toContain('No ticket yet')
    expect(await page.context().cookies()).toEqual([])
  })

  test('log in: greets by name and counts each visit', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    expect(await page.locator('h1').innerText()).toMatch(/^\S.*, Ada\.$/)
    expect(await visitsOf(page)).toBe(1)
    await page.reload()
    await page.reload()
    expect(await visitsOf(page)).toBe(3)
  })

  test('log in: a name is text, whatever is in it', async () => {
    const { page, url } = await visit()
    const name = '<b title="x">O\'Hara & \\1</b>'
    await logIn(page, url, name)
    expect(await page.locator('h1').innerText()).toContain(`, ${name}.`)
  })

  test('log in: a name of blanks is asked for again', async () => {
    const { page, url } = await visit()
    await logIn(page, url, '   ')
    expect(await page.getByRole('alert').innerText()).toContain('Please tell us a name')
    expect(await page.context().cookies()).toEqual([])
  })

  test('cart: keeps what is put in and gives back what is taken out', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    await change(page, 'Hand in: Umbrella')
    await change(page, 'Hand in: Umbrella')
    await change(page, 'Hand in: Scarf')
    await change(page, 'Take back: Umbrella')
    await page.reload()
    expect(await amountOf(page, 'umbrella')).toBe(1)
    expect(await amountOf(page, 'scarf')).toBe(1)
    expect(await amountOf(page, 'hat')).toBe(0)
    expect(await page.getByRole('button', { name: 'Take back: Hat' }).isDisabled()).toBe(true)
  })

  test('log in: the cart comes along under a new id, and the old id is worth nothing', async () => {
    const { page, url } = await visit()
    await page.goto(url)
    await change(page, 'Hand in: Hat')
    const [before] = await page.context().cookies()
    await logIn(page, url, 'Ada')
    const [after] = await page.context().cookies()
    expect(await amountOf(page, 'hat')).toBe(1)
    expect(after?.value).not.toBe(before?.value)

    const thief = await newDevice()
    await thief.context().addCookies([before!])
    await thief.goto(url)
    expect(await textOf(thief)).toContain('Your ticket is no longer good')
    expect(await amountOf(thief, 'hat')).toBe(0)
  })

  test('time left: runs down, and is full again after a request', async () => {
    const { page, url } = await visit()
    await page.clock.install()
    await logIn(page, url, 'Ada')
    const left = page.locator('#left-text')
    expect(await left.innerText()).toBe('10:00')
    await page.clock.fastForward('09:30')
    expect(await left.innerText()).toMatch(/^0:(30|29|28)$/)
    expect(await page.locator('progress').evaluate(bar => (bar as HTMLProgressElement).value)).toBeLessThan(
      31_000,
    )
    await page.reload()
    expect(await left.innerText()).toMatch(/^(10:00|9:5\d)$/)
  })

  test('without JavaScript: logging in, the cart and logging out are there', async () => {
    const { page, url } = await visit({ javaScriptEnabled: false })
    await logIn(page, url, 'Ada')
    await press(page, 'Hand in: Hat')
    expect(await amountOf(page, 'hat')).toBe(1)
    expect(await textOf(page)).toContain('It takes JavaScript')
    await press(page, 'Log out')
    expect(await textOf(page)).toContain('Here is your coat')
  })
})

describe('log out', () => {
  test('the cookie is gone, and its copy is worth nothing', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    const [ticket] = await page.context().cookies()
    await press(page, 'Log out')
    expect(await textOf(page)).toContain('Here is your coat')
    expect(await page.context().cookies()).toEqual([])

    await page.context().addCookies([ticket!])
    await page.goto(url)
    expect(await textOf(page)).not.toContain('Ada')
  })

  test('the back button does not bring the login back', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    await page.goto(`${url}/?again`)
    await press(page, 'Log out')
    await page.goBack()
    expect(await page.getByLabel('Your name').isVisible()).toBe(true)
    expect(await textOf(page)).not.toContain('Ada')
  })
})

describe('safety', () => {
  test('cookie: kept from scripts and from other sites, and ends with the session', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    const [ticket, ...others] = await page.context().cookies()
    expect(others).toEqual([])
    expect(ticket).toMatchObject({
      name: 'ticket',
      path: '/',
      httpOnly: true,
      secure: false,
      sameSite: 'Lax',
    })
    expect(ticket?.value).toMatch(/^s%3A/)
    expect(Math.abs(ticket!.expires - (Date.now() / 1000 + 600))).toBeLessThan(15)
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  test('cookie: renewed by each request, also by one that changes nothing', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    const [before] = await page.context().cookies()
    await page.waitForTimeout(1100)
    // A page that leaves the session as it is.
    await page.goto(`${url}/goodbye`)
    const [after] = await page.context().cookies()
    expect(after?.value).toBe(before?.value)
    expect(after!.expires).toBeGreaterThan(before!.expires)
  })

  test('pages: nothing is blocked by their own content security policy', async () => {
    const { page, url } = await visit()
    const complaints: string[] = []
    page.on('console', message => complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(String(error)))
    await logIn(page, url, 'Ada')
    await press(page, 'Log out')
    expect(complaints).toEqual([])
  })

  test('forms: what another port of the same host sends changes nothing', async () => {
    const { page, url } = await visit()
    await logIn(page, url, 'Ada')
    const other = createServer((_req, res) => {
      res.setHeader('Content-Type', 'text/html')
      res.end(`<form method="post" action="${url}/logout"><button>Win</button></form>`)
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}`)
    await press(page, 'Win')
    expect(await textOf(page)).toContain('This form was sent by another site')
    await page.goto(url)
    expect(await page.locator('h1').innerText()).toMatch(/^\S.*, Ada\.$/)
  })

  test('a request that cannot be read: a page without a stack', async () => {
    const { url } = await visit()
    const response = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'a'.repeat(20_000) }),
    })
    expect(response.status).toBe(413)
    expect(await response.text()).not.toMatch(/\bat .*\.(js|ts):\d+/)
  })
})

async function visit(options?: Parameters<typeof newDevice>[0]) {
  const [server, page] = await Promise.all([startServer(temporaryDirectory()), newDevice(options)])
  return { page, url: server.url }
}
