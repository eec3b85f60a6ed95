import { type Exports, loadPackage } from './load-package.ts'
import { urlError } from './store-url.ts'

/** Opens a store for a URL, or for what follows the package name in one. */
export type Open = (url: string, options: Record<string, unknown>) => unknown

/**
 * Finds the `open` of a package: a function that it exports by that name, or a static method of a class that it exports. No other
 * export is called, because the name in the URL may be that of any installed package, such as one whose default export runs a program.
 */
export async function openerOfPackage(name: string, rest: string): Promise<Open> {
  const exports = isPackageName(name) ? await loadPackage(name) : undefined
  if (!exports) {
    // The text before the colon may be the user of a URL whose scheme is missing.
    const isUser = rest.includes('@') && !/^\/\/|:\/\//.test(rest)
    const shown = isPackageName(name) && !isUser ? ` "${name}"` : ''
    throw urlError(
      `begins with a name${shown} that is no scheme of openStore, was not registered with registerScheme, and is no package that is installed`,
    )
  }
  // `module.exports` of CommonJS is the default export; its own `default` is that of a compiled ES module.
  const holders = [exports, exports.default, (exports.default as Exports | undefined)?.default].filter(
    isPlain,
  )
  const named = holders.map(holder => holder.open).find(isFunction)
  if (named) return named as Open
  const found = [...holders.flatMap(holder => Object.values(holder)), exports.default].find(hasStaticOpen)
  if (found) return (url, options) => found.open(url, options)
  throw new TypeError(
    `The package "${name}" exports neither a function open(url, options) nor a store class with a static open(url, options)`,
  )
}

function isPackageName(name: string): boolean {
  return /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)
}

/** Functions and classes have properties too, but these are not exports. */
function isPlain(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Whether this is a class with a static `open`. Functions that cannot be constructed have no prototype. */
export function hasStaticOpen(value: unknown): value is { open: Open } {
  if (typeof value !== 'function' || typeof value.prototype !== 'object') return false
  return typeof (value as { open?: unknown }).open === 'function'
}
