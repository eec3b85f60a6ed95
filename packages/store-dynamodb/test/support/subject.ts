import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { DynamodbStore } from '@coatcheck/store-dynamodb'
import type { Dynamodb } from './server.ts'

/** Milliseconds that a command has, and that a call has: on a busy machine a process waits for its turn. */
const TIMEOUT = 25_000
const DEADLINE = 28_000

const WRITES = /^(UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/

/** Stores with prefixes of their own in one table, each with a client of its own, as in so many processes. */
export function dynamodbSubject(name: string, server: () => Dynamodb, table = 'conformance'): Subject {
  let admin: DynamoDBClient
  const prefixes = new WeakMap<DynamodbStore, string>()
  const clients = new WeakMap<DynamodbStore, DynamoDBClient>()
  const item = (store: DynamodbStore, sid: string) => ({
    TableName: table,
    Key: { id: { S: prefixes.get(store)! + sid } },
  })

  return defineSubject({
    name,
    granularityMs: 1,
    shared: true,
    deadlineMs: DEADLINE,
    async setup() {
      admin = new DynamoDBClient({ endpoint: server().url })
      await new DynamodbStore({ client: admin, table, timeout: 60_000 }).length()
    },
    async teardown() {
      admin.destroy()
    },
    async create({ namespace, ttlMs, owner, chaos, fresh }) {
      const client = new DynamoDBClient({ endpoint: server().url })
      const prefix = `${namespace}:`
      const store = new DynamodbStore({
        client: chaos(client, ['send']),
        table,
        prefix,
        ttl: ttlMs,
        owner,
        timeout: TIMEOUT,
      })
      prefixes.set(store, prefix)
      clients.set(store, client)
      if (!fresh) await store.length()
      return store
    },
    async dispose(store: DynamodbStore) {
      await store.close()
      clients.get(store)!.destroy()
    },
    backend: {
      putRaw: (store: DynamodbStore, sid, text) =>
        admin.send(
          new UpdateItemCommand({
            ...item(store, sid),
            UpdateExpression: 'SET sess = :sess, expires = :expires REMOVE early',
            ExpressionAttributeValues: {
              ':sess': { S: text },
              ':expires': { N: String(Math.ceil(Date.now() / 1000) + 60) },
            },
          }),
        ),
      async rows(store: DynamodbStore) {
        const found = await admin.send(
          new ScanCommand({
            TableName: table,
            Select: 'COUNT',
            FilterExpression: 'begins_with(id, :prefix) AND attribute_exists(sess)',
            ExpressionAttributeValues: { ':prefix': { S: prefixes.get(store)! } },
          }),
        )
        return found.Count!
      },
      lock: () => server().refuse('AccessDeniedException', Number.POSITIVE_INFINITY, WRITES),
      up: () => server().refuse('', 0),
      // As DynamoDB does by the TTL of a table, which counts whole seconds.
      async sweep(store: DynamodbStore) {
        await sleep(1000)
        const expired = await admin.send(
          new ScanCommand({
            TableName: table,
            FilterExpression: 'begins_with(id, :prefix) AND expires <= :now',
            ExpressionAttributeValues: {
              ':prefix': { S: prefixes.get(store)! },
              ':now': { N: String(Math.floor(Date.now() / 1000)) },
            },
          }),
        )
        for (const { id } of expired.Items!)
          await admin.send(new DeleteItemCommand({ TableName: table, Key: { id: id! } }))
      },
      async age(store: DynamodbStore, sid, ms) {
        const { Item } = await admin.send(new GetItemCommand({ ...item(store, sid), ConsistentRead: true }))
        const end = Number(Item!.expires!.N) * 1000 - Number(Item!.early?.N ?? 0) - ms
        await admin.send(
          new UpdateItemCommand({
            ...item(store, sid),
            UpdateExpression: 'SET expires = :expires, early = :early',
            ExpressionAttributeValues: {
              ':expires': { N: String(Math.ceil(end / 1000)) },
              ':early': { N: String(Math.ceil(end / 1000) * 1000 - end) },
            },
          }),
        )
      },
    },
  })
}
