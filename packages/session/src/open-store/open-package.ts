import { type Exports, loadPackage } from './load-package.ts'
import { urlError } from './store-url.ts'

/** Opens a store for a URL, or for the part of a URL after the package name. */
export type Open = (url: string, options: Record<string, unknown>) => unknown

/**
 * Finds the `open` of a package: an exported function with that name, or a static method of an exported class. No other export is
 * called, because the URL may name any installed package, such as one whose default export runs a program.
 */
export async function openerOfPackage(name: string, rest: string): Promise<Open> {
  const exports = isPackageName(name) ? await loadPackage(name) : undefined
  if (!exports) {
    // If the scheme of the URL is missing, the text before the colon may be a user name.
    const isUser = rest.includes('@') && !/^\/\/|:\/\//.test(rest)
    const shown = isPackageName(name) && !isUser ? ` "${name}"` : ''
    throw urlError(
      `begins with a name${shown} that is not a scheme of openStore, not registered with registerScheme, and not an installed package`,
    )
  }
  // The default export of CommonJS is `module.exports`. In a compiled ES module, that has its own `default`.
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

/** Not a function or class: their properties are not exports. */
function isPlain(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Whether this is a class with a static `open`. A function that is no constructor has no prototype. */
export function hasStaticOpen(value: unknown): value is { open: Open } {
  if (typeof value !== 'function' || typeof value.prototype !== 'object') return false
  return typeof (value as { open?: unknown }).open === 'function'
}
