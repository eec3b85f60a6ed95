import { type SettingsFor, settingsFor } from '../engine/settings-for.ts'
import { unknownNames } from '../option-names.ts'
import type { Problem } from '../options/check-cookie.ts'
import { checkOptions } from '../options/check-options.ts'
import {
  ENGINE_OPTIONS,
  type EngineOptions,
  STRICT,
  strictCookie,
  withDefaults,
} from '../options/engine-options.ts'
import type { FetchSessionOptions } from './options.ts'

const NAMES: readonly string[] = [...ENGINE_OPTIONS, 'secure']

/** Check the options and fill in the defaults of `session.strict()`. Throws a TypeError that names a wrong option. */
export function fetchSettings<Req>(options: FetchSessionOptions<Req>): SettingsFor<Req> {
  const { secret, store, secure } = options ?? {}
  if (!secret) throw new TypeError('secret option is required: a long random text that signs the cookie')
  if (!store) throw new TypeError('store option is required: a session store')
  if (secure !== undefined && typeof secure !== 'boolean' && typeof secure !== 'function') {
    throw new TypeError('secure option must be true, false or a function of the request')
  }
  const [unknown] = unknownNames(options, NAMES, 'createSessions')
  if (unknown) throw new TypeError(unknown)
  const chosen: EngineOptions<Req> = {
    ...withDefaults<EngineOptions<Req>>(STRICT, options),
    cookie: strictCookie(options.cookie),
  }
  for (const problem of checkOptions(chosen)) object(problem)
  const door = {
    resave: false,
    saveUninitialized: false,
    unset: 'destroy' as const,
    sendsMaxAge: true,
    choosesName: true,
    isSecure: (request: Req) => isSecure(request, secure),
    autoInsecure() {},
    secureCookieNotSent: secureCookieWarning(),
  }
  return settingsFor(chosen, door, object)
}

function isSecure<Req>(request: Req, secure: FetchSessionOptions<Req>['secure']): boolean {
  if (typeof secure === 'function') return secure(request)
  return secure ?? (request as Request).url.startsWith('https:')
}

/** Tests and examples may use short secrets. Production may not. */
function object({ kind, text }: Problem): void {
  if (kind !== 'short secret' || process.env.NODE_ENV === 'production') throw new TypeError(text)
}

function secureCookieWarning(): () => void {
  let warned = false
  return () => {
    if (warned) return
    warned = true
    process.emitWarning(
      'The session cookie is secure and was not sent, because the request did not come over HTTPS. If a proxy terminates HTTPS, set the option "secure".',
      { code: 'COATCHECK_SECURE_COOKIE_WITHHELD' },
    )
  }
}
