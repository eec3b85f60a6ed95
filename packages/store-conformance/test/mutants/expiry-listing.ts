import type { Mutant } from './mutant.ts'
import { twice } from './twice.ts'

export const expiryListingMutants: readonly Mutant[] = [
  ...twice('allExpired', 'EXP-15', /the number of expired sessions in all\(\) gave 1, want 0/, Base => {
    return class extends Base {
      override async rows() {
        return this.client.scan(this.start())
      }
    }
  }),
  ...twice('allRawRows', 'EXP-15', /the number of expired sessions in all\(\) gave 1, want 0/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.client.scan(this.start())).map(([, row]) => row)
      }
    }
  }),
  ...twice(
    'lengthExpired',
    'EXP-16',
    /length\(\) after one of two sessions has expired gave 2, want 1/,
    Base => {
      return class extends Base {
        override async _length() {
          return (await this.client.scan(this.start())).length
        }
      }
    },
  ),
  ...twice(
    'sweepNone',
    'EXP-20',
    /the number of rows of one live and three expired sessions after the sweep gave 4, want 1/,
    Base => {
      return class extends Base {
        override async _prune() {
          return 0
        }
      }
    },
  ),
  ...twice('sweepAll', 'EXP-20', /get\("live"\) after the sweep gave undefined/, Base => {
    return class extends Base {
      override async _prune() {
        return this.client.removeAll(this.start(), row => row.expires / 1000 < Date.now())
      }
    }
  }),
]
