import { type Mutant, mutant } from './mutant.ts'
import type { Data, ReferenceStore } from './reference.ts'

/** A base whose clear() goes by a pattern made of the prefix. */
function clearsBy(Base: typeof ReferenceStore, wildcards: Record<string, string>) {
  return class extends Base {
    override async _clear() {
      const parts = [...this.prefix].map(
        character => wildcards[character] ?? character.replace(/[\\^$.*+?()|{}]/, '\\$&'),
      )
      const pattern = new RegExp(`^\\d+:${parts.join('')}`, 's')
      for (const [key] of await this.client.scan('')) if (pattern.test(key)) await this.client.remove(key)
    }
  }
}

export const namespaceMutants: readonly Mutant[] = [
  mutant(
    'ignorePrefix',
    'NS-01',
    /get\("a"\) after set\(\) in another namespace gave .*, want nothing/,
    Base => {
      return class extends Base {
        override start() {
          return 'sess:'
        }
      }
    },
  ),
  mutant('destroyIgnoresPrefix', 'NS-01', /after destroy\(\) in another namespace gave undefined/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        for (const [key] of await this.client.scan('')) if (key.endsWith(sid)) await this.client.remove(key)
      }
    }
  }),
  mutant('clearAllNs', 'NS-02', /after clear\(\) in another namespace gave undefined/, Base => {
    return class extends Base {
      override async _clear() {
        await this.client.removeAll('')
      }
    }
  }),
  mutant(
    'allIgnoresPrefix',
    'NS-03',
    /who in all\(\) of the namespace "one" gave \["one", "one", "two", "two"\]/,
    Base => {
      return class extends Base {
        override async _all() {
          return (await this.client.scan('')).map(([sid, row]) => this.open(sid, row))
        }
      }
    },
  ),
  mutant('lengthIgnoresPrefix', 'NS-03', /length\(\) of the namespace "one" gave 4, want 2/, Base => {
    return class extends Base {
      override async _length() {
        return (await this.client.scan('')).length
      }
    }
  }),
  mutant('prefixNested', 'NS-04', /who in all\(\) of the namespace "p:" gave .*"p:admin:"/, Base => {
    return class extends Base {
      override start() {
        return this.prefix
      }

      override key(sid: string) {
        return `${this.prefix}\0${sid}`
      }
    }
  }),
  mutant('clearNested', 'NS-04', /after clear\(\) in another namespace gave undefined/, Base => {
    return class extends Base {
      override async _clear() {
        const rows = await this.client.scan('')
        const mine = rows.filter(([key]) => key.replace(/^\d+:/, '').startsWith(this.prefix))
        for (const [key] of mine) await this.client.remove(key)
      }
    }
  }),
  mutant('prefixGlob', 'NS-05', /get\("a"\) after clear\(\) gave .*, want nothing/, Base =>
    clearsBy(Base, { '*': '.*', '?': '.' }),
  ),
  mutant('prefixLike', 'NS-05', /after clear\(\) in another namespace gave undefined/, Base =>
    clearsBy(Base, { '%': '.*', _: '.', '[': '\\[' }),
  ),
  mutant('prefixRunsOn', 'NS-06', /get\("bc"\) after set\("c", session\) .* gave .*, want nothing/, Base => {
    return class extends Base {
      override start() {
        return this.prefix
      }
    }
  }),
  mutant('setupClash', 'NS-07', /relation "session_pkey" already exists/, Base => {
    let owner: string | undefined
    return class extends Base {
      override async _set(sid: string, session: Data) {
        owner ??= this.prefix
        if (owner !== this.prefix) throw new Error('relation "session_pkey" already exists')
        await super._set(sid, session)
      }
    }
  }),
  mutant('setupRace', 'NS-07', /set\("a", session\) failed with Error: the catalogue is locked/, Base => {
    let busy = false
    return class extends Base {
      ready: Promise<void> | undefined

      async prepare() {
        if (busy) throw new Error('the catalogue is locked')
        busy = true
        await this.client.scan('')
        busy = false
      }

      override async _set(sid: string, session: Data) {
        this.ready ??= this.prepare()
        await this.ready
        await super._set(sid, session)
      }
    }
  }),
]
