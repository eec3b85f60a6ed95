import { posix } from 'node:path'
import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

/** A store that takes another sid than it was given. */
function mapping(name: string, rule: string, message: RegExp, change: (sid: string) => string): Mutant {
  return mutant(name, rule, message, Base => {
    return class extends Base {
      override key(sid: string) {
        return super.key(change(sid))
      }
    }
  })
}

/** A store in which get() and destroy() take the first session whose sid matches. */
function matching(
  name: string,
  rule: string,
  message: RegExp,
  matches: (sid: Data, other: string) => boolean,
): Mutant {
  return mutant(name, rule, message, Base => {
    return class extends Base {
      async first(sid: Data): Promise<string> {
        const found = (await this.live()).find(({ sid: other }) => matches(sid, other))
        return found?.sid ?? String(sid)
      }

      override async about(_: unknown, work: () => Promise<unknown>) {
        return work()
      }

      override async _get(sid: Data) {
        return super._get(await this.first(sid))
      }

      override async _destroy(sid: Data) {
        await super._destroy(await this.first(sid))
      }
    }
  })
}

/** What a pattern with these two wildcards matches. */
function pattern(text: string, any: string, one: string): RegExp {
  const parts = [...text].map(character => {
    if (character === any) return '.*'
    return character === one ? '.' : character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 's')
}

export const sidMutants: readonly Mutant[] = [
  mapping('caseFoldSid', 'SID-01', /get\("abc"\) after set\(\) of "AbC" gave .*, want nothing/, sid =>
    sid.toLowerCase(),
  ),
  mapping(
    'accentFoldSid',
    'SID-01',
    /get\("e"\) after set\(\) of "É", "é" gave|get\("E"\) after set\(\) of/,
    sid => sid.normalize('NFD').replace(/\p{Mn}/gu, ''),
  ),
  mapping('trimSid', 'SID-02', /get\("a "\) after set\(\) of "a" gave .*, want nothing/, sid => sid.trim()),
  mapping('padSpaceSid', 'SID-02', /get\("a "\) after set\(\) of "a" gave .*, want nothing/, sid =>
    sid.replace(/ +$/, ''),
  ),
  mapping('nfcSid', 'SID-03', /get\("cafe\u0301"\) after set\(\) of "caf\u00e9" gave/, sid =>
    sid.normalize('NFC'),
  ),
  mapping(
    'nfkcSid',
    'SID-03',
    /get\("\uff41\uff11"\) after set\(\) of "a1" gave|gave .*, want nothing/,
    sid => sid.normalize('NFKC').normalize('NFD').normalize('NFKC'),
  ),
  matching('globSid', 'SID-04', /get\("a\*"\) after set\(\) of "abc" gave .*, want nothing/, (sid, other) =>
    pattern(sid, '*', '?').test(other),
  ),
  matching('likeSid', 'SID-05', /get\("a%"\) after set\(\) of "abc" gave .*, want nothing/, (sid, other) =>
    pattern(sid, '%', '_').test(other),
  ),
  mutant('likeDestroy', 'SID-05', /after destroy\("a%"\) gave undefined, want the session/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        const doomed = (await this.live()).filter(({ sid: other }) => pattern(sid, '%', '_').test(other))
        for (const { sid: other } of doomed) await super._destroy(other)
      }
    }
  }),
  mapping('stripQuotesSid', 'SID-06', /get\("a'"\) after set\(\) of "a" gave .*, want nothing/, sid =>
    sid.replace(/['"`]/g, ''),
  ),
  mapping('unescapedSid', 'SID-06', /get\("\\\\c"\) after set\(\) of "c", "c\\\\" gave/, sid =>
    sid.replace(/\\(.)/g, '$1'),
  ),
  matching(
    'sqlSid',
    'SID-06',
    /get\("b' OR '1'='1"\) after set\(\) of .* gave .*, want nothing/,
    (sid, other) => sid.includes("' OR '1'='1") || sid === other,
  ),
  mapping('basenameSid', 'SID-07', /get\("\.\/a"\) after set\(\) of "a" gave .*, want nothing/, sid =>
    posix.basename(sid),
  ),
  mutant('joinsPath', 'SID-07', /get\("\.\/a"\) after set\(\) of "a" gave .*, want nothing/, Base => {
    return class extends Base {
      override start() {
        return `${this.prefix}/`
      }

      override key(sid: string) {
        return posix.join(this.prefix, sid)
      }
    }
  }),
  mutant(
    'climbsOut',
    'SID-07',
    /get\("c"\) after set\("\.\.\/.*two\/c", session\) in another namespace gave/,
    Base => {
      return class extends Base {
        override start() {
          return `${this.prefix}/`
        }

        override key(sid: string) {
          return sid.startsWith('../') ? sid.slice(3) : super.key(sid)
        }
      }
    },
  ),
  mapping(
    'colonSid',
    'SID-08',
    /get\("a:b"\) after set\(\) of "a", "b" gave .*, want nothing/,
    sid => sid.split(':').pop()!,
  ),
  mapping(
    'hashTagSid',
    'SID-08',
    /get\("\{x\}y"\) after set\(\) of "x", "y" gave .*, want nothing/,
    sid => /\{(.+)\}/.exec(sid)?.[1] ?? sid,
  ),
  mapping(
    'nulTerminatedSid',
    'SID-08',
    /get\("e\\u0000f"\) after set\(\) of .* gave .*, want nothing/,
    sid => sid.split('\0')[0]!,
  ),
  mapping('crlfSid', 'SID-08', /get\("e\\r\\nf"\) after set\(\) of .* gave .*, want nothing/, sid =>
    sid.replace(/[\r\n]/g, ''),
  ),
  mutant(
    'plainObjectMap',
    'SID-09',
    /get\("constructor"\) after set\(\) of nothing gave function Object/,
    Base => {
      return class extends Base {
        override async _get(sid: string) {
          const sessions: Data = {}
          return sessions[sid] ?? super._get(sid)
        }
      }
    },
  ),
  mutant('protoSid', 'SID-09', /get\("__proto__"\) after .* gave (undefined|.*, want)/, Base => {
    const sessions: Data = {}
    return class extends Base {
      override async _set(sid: string, session: Data) {
        sessions[sid] = JSON.parse(JSON.stringify(session))
      }

      override async _get(sid: string) {
        return Object.hasOwn(sessions, sid) ? structuredClone(sessions[sid]) : undefined
      }

      override async _destroy(sid: string) {
        delete sessions[sid]
      }
    }
  }),
  mapping('truncSid', 'SID-10', /gave \{who: "x.*, want nothing/, sid => sid.slice(0, 255)),
  mapping('truncSid32', 'SID-10', /gave \{who: "x.*, want nothing/, sid => sid.slice(0, 32)),
  mapping('numericSid', 'SID-11', /get\("01"\) after set\(\) of "1" gave .*, want nothing/, sid =>
    sid.trim() !== '' && Number.isFinite(Number(sid)) ? String(Number(sid)) : sid,
  ),
  matching(
    'emptySidMatches',
    'SID-12',
    /get\(""\) beside two other sessions gave .*, want nothing/,
    (sid, other) => (sid === '' ? true : sid === other),
  ),
  mutant('emptyDestroysAll', 'SID-12', /get\("a"\) after destroy\(""\) gave undefined/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        if (sid === '') await this._clear()
        else await super._destroy(sid)
      }
    }
  }),
  matching('nosqlSid', 'SID-13', /get\(\{\$ne: null\}\) gave .*, want nothing/, (sid, other) =>
    typeof sid === 'object' && sid !== null ? '$ne' in sid : sid === other,
  ),
  mutant('numbersAreSids', 'SID-17', /get\(7\) gave no error, want a TypeError/, Base => {
    return class extends Base {
      override async about(_: unknown, work: () => Promise<unknown>) {
        return work()
      }
    }
  }),
  mutant('sidRefusedAsError', 'SID-17', /get\(7\) failed with RangeError: odd, want a TypeError/, Base => {
    return class extends Base {
      override async about(sid: unknown, work: () => Promise<unknown>) {
        if (typeof sid !== 'string') throw new RangeError('odd')
        return work()
      }
    }
  }),
  mutant('nullDestroysAll', 'SID-13', /get\("a"\) after destroy\(null\) gave undefined/, Base => {
    return class extends Base {
      override async about(_: unknown, work: () => Promise<unknown>) {
        return work()
      }
      override async _destroy(sid: string) {
        if (sid === null) await this._clear()
        else await super._destroy(sid)
      }
    }
  }),
  mapping('urlDecodeSid', 'SID-14', /get\("%41"\) after set\(\) of "A" gave .*, want nothing/, sid => {
    try {
      return decodeURIComponent(sid)
    } catch {
      return sid
    }
  }),
  mapping('plusSid', 'SID-14', /get\("a b"\) after set\(\) of "a\+b" gave .*, want nothing/, sid =>
    sid.replaceAll('+', ' '),
  ),
  mapping('htmlDecodeSid', 'SID-14', /get\("&amp;"\) after set\(\) of "&" gave .*, want nothing/, sid =>
    sid.replaceAll('&amp;', '&'),
  ),
  mapping('weakHashSid', 'SID-15', /; counterexample \[".*", ".*"\] \(seed/, sid => {
    const sum = [...sid].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0)
    return sid.length > 3 ? sid : `${sid.length}:${sum}`
  }),
]
