import { type Mutant, mutant } from './mutant.ts'

export const endingsMutants: readonly Mutant[] = [
  mutant(
    'destroyLeavesTheSuccessor',
    'DEL-09',
    /get\("second"\) after destroy\(\) of its first id gave/,
    Base => {
      return class extends Base {
        override async _destroy(sid: string) {
          const row = await this.client.take(this.key(sid))
          return row !== undefined && this.alive(row)
        }
      }
    },
  ),
  mutant('destroyFollowsOnce', 'DEL-09', /get\("third"\) after destroy\(\) of its first id gave/, Base => {
    return class extends Base {
      override async endSuccessor(row: Parameters<InstanceType<typeof Base>['endSuccessor']>[0]) {
        const [sid] = /(?<="to":")[^"]*/.exec(row?.text ?? '') ?? []
        if (sid) await this.client.remove(this.key(sid))
        return row !== undefined
      }
    }
  }),
  mutant(
    'destroyLooksThenRemoves',
    'DEL-10',
    /get\("new"\) after destroy\(\) of its old id beside that change gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _destroy(sid: string) {
          const row = await this.client.read(this.key(sid))
          await this.client.remove(this.key(sid))
          return this.endSuccessor(row && this.alive(row) ? row : undefined)
        }
      }
    },
  ),
  mutant('destroyTellsNothing', 'DEL-11', /destroy\(\) of a session gave undefined, want true/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        await super._destroy(sid)
      }
    }
  }),
  mutant(
    'destroyFindsDeadRows',
    'DEL-11',
    /destroy\(\) of an expired session gave true, want false/,
    Base => {
      return class extends Base {
        override async _destroy(sid: string) {
          return this.endSuccessor(await this.client.take(this.key(sid)))
        }
      }
    },
  ),
]
