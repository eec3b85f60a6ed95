import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

const CHROMIUM = process.env.CHROMIUM_PATH || '/usr/bin/chromium'

let browser: Promise<Browser> | undefined

/** A page in a browser profile of its own: one device. */
export async function newDevice(options?: BrowserContextOptions): Promise<Page> {
  browser ??= launch()
  const context = await (await browser).newContext(options)
  onTestFinished(() => context.close())
  context.setDefaultTimeout(120_000)
  return context.newPage()
}

/** After the tests of a file. The next file starts another one. */
export async function closeBrowser(): Promise<void> {
  const open = browser
  browser = undefined
  await (await open)?.close()
}

async function launch(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(
      `These tests need Chromium, and there is none at ${CHROMIUM}: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.`,
    )
  }
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Press a button that sends a form, and wait for the page that it leads to. */
export async function press(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent('load')
  await page.getByRole('button', { name, exact: true }).click()
  await loaded
}

/** Press a button of the cart, which changes without a new page. */
export async function change(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
  await page.locator('.cart[aria-busy]').waitFor({ state: 'detached' })
}

export async function logIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url)
  await page.getByLabel('Your name').fill(name)
  await press(page, 'Hand it in')
}

/** What a person sees. */
export function textOf(page: Page): Promise<string> {
  return page.locator('body').innerText()
}

export async function visitsOf(page: Page): Promise<number> {
  return Number(await page.locator('#visits').innerText())
}

/** How many of an item are in the cart. */
export async function amountOf(page: Page, item: string): Promise<number> {
  return Number(await page.locator(`[data-item=${item}] .amount`).innerText())
}
