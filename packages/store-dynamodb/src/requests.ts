import { endAt, FREE, type Item, LIVE, liveAt, namesIn, sessOf, type Value } from './item.ts'
import { toText } from './text.ts'

/** A condition for a write, and its values. */
export interface Condition {
  readonly text: string
  readonly values: Item
}

/** What an update does. */
export interface Change {
  readonly text: string
  readonly values: Item
}

/** The key of an item. */
// biome-ignore lint/suspicious/noExplicitAny: the SDK's type of a value is a union of all kinds
export type Key = Record<string, any>

/** The input of a command on one item. */
export interface Request {
  TableName: string
  Key: Key
}

/** Makes the inputs of commands on one table. */
export class Requests {
  readonly table: string
  readonly prefix: string
  /** The name of the table's key. */
  key = 'id'

  constructor(table: string, prefix: string) {
    this.table = table
    this.prefix = prefix
  }

  /** The item of a session. */
  session(sid: string): Request {
    return this.item(toText(sid))
  }

  /** The item whose key has this text after the prefix. */
  item(text: string): Request {
    return { TableName: this.table, Key: { [this.key]: { S: this.prefix + text } } }
  }

  remove(sid: string, condition: Condition): Request & Expressions {
    return {
      ...this.session(sid),
      ConditionExpression: condition.text,
      ...used(condition.values, condition.text),
    }
  }

  /** The items of this store that meet a condition. The name of the key is `#id`, also for a projection. */
  scan(condition?: Condition): object {
    const begins = this.prefix === '' ? {} : { ':begin': { S: this.prefix } }
    const ours = this.prefix === '' ? 'attribute_exists(#id)' : 'begins_with(#id, :begin)'
    const values = { ...begins, ...condition?.values }
    return {
      FilterExpression: condition ? `${ours} AND ${condition.text}` : ours,
      ExpressionAttributeNames: { ...namesIn(condition?.text), '#id': this.key },
      // DynamoDB refuses an empty list.
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    }
  }

  update(sid: string, { text, values }: Change, condition?: Condition): Request & Expressions & Update {
    return {
      ...this.session(sid),
      UpdateExpression: text,
      ...(condition && { ConditionExpression: condition.text }),
      ...used({ ...values, ...condition?.values }, text, condition?.text),
    }
  }
}

interface Update {
  UpdateExpression: string
}

interface Expressions {
  ConditionExpression?: string
  ExpressionAttributeNames: Record<string, string>
  ExpressionAttributeValues: Key
}

function used(values: Item, ...expressions: (string | undefined)[]): Expressions {
  return { ExpressionAttributeNames: namesIn(...expressions), ExpressionAttributeValues: { ...values } }
}

/** The condition for a live session, and more. */
export function live(more = '', values: Record<string, Value> = {}): Condition {
  return { text: LIVE + more, values: { ...liveAt(Date.now()), ...values } }
}

/** The condition for no live session. */
export function free(): Condition {
  return { text: FREE, values: liveAt(Date.now()) }
}

/** A new expiry. */
export function move(ttl: number): Change {
  return { text: 'SET #expires = :expires, #early = :early', values: endAt(Date.now() + ttl) }
}

/** A whole session. Without an owner, an item keeps the one that it has. */
export function save(data: string, ttl: number, owner: string | undefined): Change {
  const { text, values } = move(ttl)
  const change = { text: `${text}, #sess = :sess`, values: { ...values, ':sess': sessOf(data) } }
  if (owner === undefined) return change
  return {
    text: `${change.text}, #owner = :owner`,
    values: { ...change.values, ':owner': { S: toText(owner) } },
  }
}
