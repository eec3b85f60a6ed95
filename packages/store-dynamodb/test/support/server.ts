import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Gate } from './gate.ts'

/** dynalite has no types. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server

// biome-ignore lint/suspicious/noExplicitAny: JSON of DynamoDB
type Json = any

interface Answer {
  readonly status: number
  readonly body: Json
}

/** A server for tests with the API of DynamoDB. */
export interface Dynamodb {
  readonly url: string
  /** Refuse the next commands with these names, by an error with this name. */
  refuse(error: string, times: number, command?: RegExp): void
  /** Names of the commands since the last call. */
  commands(): string[]
  close(): Promise<void>
}

const TYPE = 'com.amazonaws.dynamodb.v20120810#'

/**
 * dynalite, with two commands of DynamoDB that it lacks, unless they are `false`: `TransactWriteItems`, which lets no other command run
 * beside it and undoes its steps when one fails, and `UpdateTimeToLive`, which deletes nothing.
 */
export async function startDynamodb({ more = true }: { more?: boolean } = {}): Promise<Dynamodb> {
  const inner = dynalite({ createTableMs: 0, deleteTableMs: 0 })
  const agent = new Agent({ keepAlive: true })
  const gate = new Gate()
  const enabled = new Map<string, string>()
  let seen: string[] = []
  let refusal = { error: '', times: 0, command: /./ }

  const send = (command: string, body: object) => ask(inner, agent, command, JSON.stringify(body))
  const added: Record<string, (input: Json) => Promise<Answer>> = {
    TransactWriteItems: input => gate.alone(() => transact(send, input)),
    async UpdateTimeToLive({ TableName, TimeToLiveSpecification }) {
      enabled.set(TableName, TimeToLiveSpecification.AttributeName)
      return { status: 200, body: { TimeToLiveSpecification } }
    },
    async DescribeTimeToLive(input) {
      const AttributeName = enabled.get(input.TableName)
      if (!AttributeName) return send('DescribeTimeToLive', input)
      return { status: 200, body: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName } } }
    },
  }

  const pass = inner.listeners('request')[0] as RequestListener
  const outer = createServer(async (req, res) => {
    const command = String(req.headers['x-amz-target']).split('.')[1]!
    seen.push(command)
    if (refusal.times > 0 && refusal.command.test(command)) {
      refusal.times--
      reply(res, failed(refusal.error))
    } else if (more && Object.hasOwn(added, command)) {
      reply(res, await added[command]!(JSON.parse(await textOf(req))))
    } else {
      await gate.beside(async () => {
        const closed = once(res, 'close')
        pass(req, res)
        await closed
      })
    }
  })
  // A connection that was idle for long, as on a busy machine, is not closed under the next request.
  outer.keepAliveTimeout = 0
  inner.keepAliveTimeout = 0
  for (const server of [inner, outer]) await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(outer.address() as AddressInfo).port}`,
    refuse(error, times, command = /./) {
      refusal = { error, times, command }
    },
    commands() {
      const found = seen
      seen = []
      return found
    },
    async close() {
      agent.destroy()
      for (const server of [outer, inner]) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }
}

function reply(res: ServerResponse, { status, body }: Answer): void {
  res.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
}

function failed(error: string, more: object = {}): Answer {
  const status = /^Internal|^ServiceUnavailable/.test(error) ? 500 : 400
  return { status, body: { __type: TYPE + error, message: `refused by the test: ${error}`, ...more } }
}

async function transact(
  send: (command: string, body: object) => Promise<Answer>,
  { TransactItems }: Json,
): Promise<Answer> {
  const undo: (() => Promise<unknown>)[] = []
  const reasons: object[] = []
  for (const step of TransactItems as Json[]) {
    const [[kind, input]] = Object.entries<Json>(step) as [[string, Json]]
    const { TableName, Key } = input
    const before = (await send('GetItem', { TableName, Key, ConsistentRead: true })).body.Item
    const { status, body } = await send(`${kind}Item`, input)
    if (status === 200) {
      undo.push(() =>
        before ? send('PutItem', { TableName, Item: before }) : send('DeleteItem', { TableName, Key }),
      )
      reasons.push({ Code: 'None' })
      continue
    }
    const type = String(body.__type)
    for (const back of undo.reverse()) await back()
    if (type.includes('ConditionalCheckFailed')) reasons.push({ Code: 'ConditionalCheckFailed' })
    else if (/ValidationException/.test(type) && /size/.test(body.message))
      reasons.push({ Code: 'ValidationError', Message: body.message })
    else return { status, body }
    const CancellationReasons = TransactItems.map((_: unknown, i: number) => reasons[i] ?? { Code: 'None' })
    return failed('TransactionCanceledException', { CancellationReasons })
  }
  return { status: 200, body: {} }
}

async function ask(server: Server, agent: Agent, command: string, text: string): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const req = request({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${command}`,
      'x-amz-date': 'now',
      authorization: 'AWS4-HMAC-SHA256 Credential=test, SignedHeaders=none, Signature=none',
    },
  })
  req.end(text)
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  return { status: res.statusCode!, body: JSON.parse(await textOf(res)) }
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += chunk
  return text
}
