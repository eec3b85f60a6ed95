import depd from 'depd'
import { type SettingsFor, settingsFor } from '../engine/settings-for.ts'
import { unknownNames } from '../option-names.ts'
import type { Problem } from '../options/check-cookie.ts'
import { checkChoice, checkOptions } from '../options/check-options.ts'
import { ENGINE_OPTIONS } from '../options/engine-options.ts'
import type { SessionRequest } from '../session/session.ts'
import type { Store } from '../store/store.ts'
import type { SessionOptions } from './options.ts'
import { isSecure } from './request.ts'
import { secureCookieWarning, untrustedProxyWarning } from './secure-cookie-warning.ts'

const deprecate = depd('express-session')

const NAMES = [...ENGINE_OPTIONS, 'key', 'proxy', 'resave', 'saveUninitialized', 'unset']

/**
 * Check the options and fill in the defaults. Throws a TypeError that names a wrong option. An option that express-session accepts, or
 * that works in some environments, gives a warning instead, unless `strict`.
 */
export function settingsOf(
  options: SessionOptions,
  strict: boolean,
  makeStore: () => Store,
): SettingsFor<SessionRequest> {
  const name = options.name || options.key
  checkChoice('unset', options.unset || undefined, ['keep', 'destroy'])
  const problems = [
    ...unknownNames(options, NAMES, 'the session').map(text => ({ kind: 'unknown name', text }) as const),
    ...checkOptions({ ...options, name }),
  ]
  for (const problem of problems) object(problem, strict)
  const store = options.store || makeStore()
  const { resave, saveUninitialized } = options
  if (resave === undefined) deprecate('undefined resave option; provide resave option')
  if (saveUninitialized === undefined) {
    deprecate('undefined saveUninitialized option; provide saveUninitialized option')
  }
  if (!options.secret) deprecate('req.secret; provide secret option')
  const door = {
    resave: resave ?? true,
    saveUninitialized: saveUninitialized ?? true,
    unset: options.unset || ('keep' as const),
    sendsMaxAge: strict,
    choosesName: strict,
    isSecure: (req: SessionRequest) => isSecure(req, options.proxy),
    autoInsecure: options.proxy === undefined ? untrustedProxyWarning() : () => {},
    secureCookieNotSent: secureCookieWarning(),
  }
  return settingsFor({ ...options, name, store }, door, problem => object(problem, strict))
}

/** The warnings that were emitted. */
const warned = new Set<string>()

function object({ kind, text }: Problem, strict: boolean): void {
  const tolerated = kind === 'short secret' ? process.env.NODE_ENV !== 'production' : false
  if (strict && !tolerated) throw new TypeError(text)
  if (warned.has(text)) return
  warned.add(text)
  process.emitWarning(`${text}.`, { code: 'COATCHECK_OPTION' })
}
