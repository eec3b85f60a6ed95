import type { UpdateResult } from '@coatcheck/session'
import type { BatchedWrites, Write } from './batched-writes.ts'
import type { MongodbCollection } from './client.ts'
import { RECORD, type Stored } from './stored.ts'
import { formsOf, toText } from './sub-document.ts'

/** Updates a document if it still has the expected text. */
export class Replacement {
  readonly #collection: MongodbCollection
  readonly #writes: BatchedWrites
  readonly #form: (data: string) => unknown
  /** Whether others write sessions in another form. */
  #mixed = false

  /** `form` returns what this store writes for a text. */
  constructor(collection: MongodbCollection, writes: BatchedWrites, form: (data: string) => unknown) {
    this.#collection = collection
    this.#writes = writes
    this.#form = form
  }

  /** Takes one round trip if the session exists in the form that this store writes. */
  async run({ filter: live, update, size }: Write, expected: string): Promise<UpdateResult> {
    let stored: object = this.#mixed ? { $in: formsOf(expected) } : { $eq: this.#form(expected) }
    // Another writer may have stored the same session in another form, such as a document. Then the stored form is compared.
    for (let attempt = 1; attempt <= 3; attempt++) {
      const write = { filter: { ...live, session: stored }, update, size: size + expected.length }
      if (await this.#writes.run(write)) return 'updated'
      const found: Stored | null = await this.#collection.findOne(live, { projection: RECORD })
      if (!found) return 'missing'
      if (toText(found.session) !== expected) return 'changed'
      this.#mixed = true
      stored = { $eq: found.session }
    }
    return 'changed'
  }
}
