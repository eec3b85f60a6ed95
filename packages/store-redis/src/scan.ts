import type { Driver } from './driver.ts'

/** At least this many keys are remembered, to omit those that SCAN returns twice. */
const REMEMBERED = 5000

/**
 * The keys of strings, or of another type, that begin with `prefix`, in pages of about `count`, master by master. They do not have the prefix that the
 * client itself adds. Pages may be empty.
 *
 * SCAN returns a key twice when the server shrinks its table meanwhile. The second time follows soon after the first, so only
 * the keys of the last pages have to be remembered.
 */
export async function* scan(
  driver: Driver,
  prefix: string,
  count: number,
  type = 'string',
): AsyncGenerator<string[], void, void> {
  const full = driver.hiddenPrefix + prefix
  const options = ['match', `${escapeGlob(full)}*`, 'count', String(count), 'type', type]
  for (const send of await driver.masters()) {
    let [recent, before] = [new Set<string>(), new Set<string>()]
    let cursor = '0'
    do {
      const [next, found] = (await send('scan', cursor, ...options)) as [unknown, unknown[]]
      cursor = String(next)
      const page: string[] = []
      for (const key of found.map(String)) {
        if (!key.startsWith(full) || recent.has(key) || before.has(key)) continue
        recent.add(key)
        page.push(key.slice(driver.hiddenPrefix.length))
      }
      if (recent.size >= REMEMBERED) [recent, before] = [new Set(), recent]
      yield page
    } while (cursor !== '0')
  }
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&')
}
