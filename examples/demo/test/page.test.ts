import { join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { greeting, inMinutes } from '../src/views/time.ts'
import { amountOf, change, closeBrowser, logIn, newDevice, press, textOf } from './support/browser.ts'
import { startServer, temporaryDirectory } from './support/server.ts'

afterAll(closeBrowser)

test('first page: says what this is, and links to the project', async () => {
  const { url } = await startServer(temporaryDirectory())
  const page = await newDevice()
  await page.goto(url)
  expect(await textOf(page)).toContain('This is the demo of Coatcheck, session middleware for Node')
  expect(await textOf(page)).toContain('The ticket is good for 10 minutes after your last request')
  const links = await page
    .getByRole('link')
    .evaluateAll(all => all.map(link => (link as HTMLAnchorElement).href))
  expect(
    links.filter(link => link.startsWith('https://github.com/coatcheck/coatcheck')).length,
  ).toBeGreaterThan(3)
})

test('greeting: by the time of day', () => {
  expect([0, 4, 5, 11, 12, 17, 18, 23].map(greeting)).toEqual([
    'Hello',
    'Hello',
    'Good morning',
    'Good morning',
    'Good afternoon',
    'Good afternoon',
    'Good evening',
    'Good evening',
  ])
  expect([60_000, 600_000].map(inMinutes)).toEqual(['1 minute', '10 minutes'])
})

describe('cart', () => {
  test('cart: a change keeps the scroll position and the focus', async () => {
    const { url } = await startServer(temporaryDirectory())
    const page = await newDevice({ viewport: { width: 400, height: 500 } })
    await logIn(page, url, 'Ada')
    const add = page.getByRole('button', { name: 'Hand in: Suitcase' })
    await add.scrollIntoViewIfNeeded()
    const before = await page.evaluate(() => scrollY)
    expect(before).toBeGreaterThan(0)
    await change(page, 'Hand in: Suitcase')
    expect(await amountOf(page, 'suitcase')).toBe(1)
    expect(await page.evaluate(() => scrollY)).toBe(before)
    expect(await focused(page)).toBe('Hand in: Suitcase')
    // The button that has had the focus is disabled now.
    await change(page, 'Take back: Suitcase')
    expect(await page.evaluate(() => scrollY)).toBe(before)
    expect(await focused(page)).toBe('Hand in: Suitcase')
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('cart: a change after the session has ended shows the first page', async () => {
    const { url } = await startServer(temporaryDirectory())
    const page = await newDevice()
    await logIn(page, url, 'Ada')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Hand in: Hat' }).click()
    await page.getByLabel('Your name').waitFor()
    expect(await textOf(page)).not.toContain('Ada')
  })
})

test('let it run out: a session from before gets the new lifetime, and the first page says that it has run out', async () => {
  const directory = temporaryDirectory()
  const page = await newDevice()
  const first = await startServer(directory)
  await logIn(page, first.url, 'Ada')
  await first.stop()
  const second = await startServer(directory, { PORT: first.port, SESSION_MINUTES: '1' })
  await page.clock.install()
  await page.goto(second.url)
  expect(await page.locator('#left-text').innerText()).toMatch(/^(1:00|0:5\d)$/)

  const [ticket] = await page.context().cookies()
  expect(ticket!.expires - Date.now() / 1000).toBeLessThan(61)
  const store = SqliteStore.open(join(directory, 'demo-sessions.db'), { pruneInterval: false })
  for await (const [, session] of store.entries()) {
    expect(new Date(session.cookie.expires as unknown as string).valueOf() - Date.now()).toBeLessThan(61_000)
  }
  // After this minute both are gone; the clock of the page is the only one that can be moved on.
  await store.clear()
  await store.close()
  await page.context().clearCookies()
  await page.clock.fastForward('01:01')
  await page.getByRole('status').waitFor()
  expect(await page.getByRole('status').innerText()).toContain(
    'Your ticket has run out: there was no request for 1 minute.',
  )
  expect(await textOf(page)).toContain('No ticket yet')
  expect(await page.context().cookies()).toEqual([])
})

test('no ticket yet: after a race and a logout there is no cookie and no row', async () => {
  const directory = temporaryDirectory()
  const { url } = await startServer(directory)
  const page = await newDevice()
  await logIn(page, url, 'Ada')
  await page.getByRole('button', { name: 'Send two requests at once' }).click()
  await page.locator('.lane.kept').waitFor()
  await page.locator('.lane.lost').waitFor()
  await press(page, 'Log out')
  await page.goto(url)
  expect(await textOf(page)).toContain('Your browser has no cookie of ours')
  expect(await page.context().cookies()).toEqual([])
  const store = SqliteStore.open(join(directory, 'demo-sessions.db'), { pruneInterval: false })
  expect(await store.length()).toBe(0)
  await store.close()
})

test.each(['light', 'dark'] as const)('borders: 3:1 to what is around (%s)', async colorScheme => {
  const { url } = await startServer(temporaryDirectory())
  const page = await newDevice({ colorScheme })
  await page.goto(url)
  const counter = await contrasts(page, 'input[name=name], .swatch, .round, .ghost')
  await logIn(page, url, 'Ada')
  const cloakroom = await contrasts(page, '.quiet, .round, kbd, progress')
  const found = [...counter, ...cloakroom]
  expect(found.length).toBeGreaterThan(15)
  expect(found.filter(({ ratio }) => ratio < 3)).toEqual([])
})

function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement!.getAttribute('aria-label'))
}

/** The contrast of the borders to the background around them, as WCAG 2.2 counts it. */
function contrasts(page: Page, selector: string): Promise<{ element: string; ratio: number }[]> {
  return page.evaluate(selector => {
    const luminance = (color: string) => {
      const parts = color.match(/[\d.]+/g)!.slice(0, 3)
      const [r, g, b] = parts.map(Number).map(value => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const backgroundOf = (element: Element | null): string => {
      const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)'
      return /^rgba\(.*, 0\)$/.test(color) ? backgroundOf(element!.parentElement) : color
    }
    return [...document.querySelectorAll(selector)].map(element => {
      const [a, b] = [getComputedStyle(element).borderTopColor, backgroundOf(element.parentElement)]
        .map(luminance)
        .sort((x, y) => y - x) as [number, number]
      return { element: element.className || element.tagName, ratio: (a + 0.05) / (b + 0.05) }
    })
  }, selector)
}
