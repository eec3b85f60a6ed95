import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { isUnmet } from './failures.ts'
import type { Item } from './item.ts'
import type { Request, Requests } from './requests.ts'
import type { Runner } from './runner.ts'
import { fromText, MARK, toText } from './text.ts'

/**
 * Milliseconds after which a member without a session is removed. A younger one may belong to a session that is being written: its member
 * is written first.
 */
const SETTLED = 600_000

/** How many of the oldest members a write checks. So the item of an owner does not grow with sessions that have ended. */
const CHECKED = 2

/** Names of members begin with this, so that none is the name of the key. */
const MEMBER = 'sid:'

/** A session of an owner, and when it got the owner. */
export interface Member {
  readonly sid: string
  readonly added: number
}

/**
 * The ids of each owner's sessions, in an item for each owner, with an attribute for each session. An item may have more ids than there
 * are sessions, and never less.
 */
export class OwnerIndex {
  readonly #runner: Runner
  readonly #requests: Requests

  constructor(runner: Runner, requests: Requests) {
    this.#runner = runner
    this.#requests = requests
  }

  /** Add a session that will be written next. Returns old members, of which some may have no session any more. */
  async add(owner: string, sid: string): Promise<Member[]> {
    const { Attributes } = await this.#runner.run(
      new UpdateItemCommand({
        ...this.#item(owner),
        UpdateExpression: 'SET #member = :now',
        ExpressionAttributeNames: { '#member': MEMBER + toText(sid) },
        ExpressionAttributeValues: { ':now': { N: String(Date.now()) } },
        ReturnValues: 'ALL_NEW',
      }),
    )
    const oldest = settled(membersIn(Attributes)).sort((a, b) => a.added - b.added)
    return oldest.slice(0, CHECKED)
  }

  /** The sessions of an owner, with those that have ended. */
  async members(owner: string): Promise<Member[]> {
    const { Item } = await this.#runner.run(
      new GetItemCommand({ ...this.#item(owner), ConsistentRead: true }),
    )
    return membersIn(Item)
  }

  /** Remove those of these members, which have no session, that are old enough and were not added again. */
  async forget(owner: string, members: readonly Member[]): Promise<void> {
    await Promise.all(settled(members).map(member => this.#remove(owner, member)))
  }

  async #remove(owner: string, { sid, added }: Member): Promise<void> {
    const command = new UpdateItemCommand({
      ...this.#item(owner),
      UpdateExpression: 'REMOVE #member',
      ConditionExpression: '#member = :added',
      ExpressionAttributeNames: { '#member': MEMBER + toText(sid) },
      ExpressionAttributeValues: { ':added': { N: String(added) } },
    })
    await this.#runner.run(command).catch(error => {
      if (!isUnmet(error)) throw error
    })
  }

  #item(owner: string): Request {
    return this.#requests.item(`${MARK}owner:${toText(owner)}`)
  }
}

function settled(members: readonly Member[]): Member[] {
  const before = Date.now() - SETTLED
  return members.filter(({ added }) => added < before)
}

function membersIn(item: Item | undefined): Member[] {
  return Object.entries(item ?? {}).flatMap(([name, { N }]) =>
    name.startsWith(MEMBER) ? [{ sid: fromText(name.slice(MEMBER.length)), added: Number(N) }] : [],
  )
}
