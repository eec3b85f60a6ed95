import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { SessionError } from '@coatcheck/session'
import { isNamed } from './failures.ts'
import type { Runner } from './runner.ts'

/** Milliseconds between looks at a table that is being created, and until the store gives up. */
const LOOK = 250
const PATIENCE = 60_000

/** What DynamoDB says of a table. */
export interface Description {
  readonly TableStatus: string
  readonly KeySchema: readonly { AttributeName: string; KeyType: string }[]
  readonly AttributeDefinitions: readonly { AttributeName: string; AttributeType: string }[]
  readonly BillingModeSummary?: { BillingMode?: string }
}

/** The AWS CLI's command that switches TTL on. */
export function ttlCommand(table: string): string {
  return `aws dynamodb update-time-to-live --table-name ${table} --time-to-live-specification Enabled=true,AttributeName=expires`
}

/** Prepares the table, and returns the name of its key. An existing table is not changed. */
export async function openTable(runner: Runner, table: string, createTable: boolean): Promise<string> {
  let found = await describe(runner, table)
  if (!found && !createTable) throw new TypeError(missingTable(table))
  const creates = !found && (await create(runner, table))
  const wasThere = found?.TableStatus === 'ACTIVE'
  for (const start = performance.now(); !/ACTIVE|UPDATING/.test(found?.TableStatus ?? ''); ) {
    if (performance.now() - start > PATIENCE)
      throw new SessionError(
        'ERR_SESSION_STORE_UNAVAILABLE',
        `The table ${table} was not ready within ${PATIENCE} ms`,
      )
    await sleep(LOOK)
    found = await describe(runner, table)
  }
  const key = keyOf(found!, table)
  if (creates) await enableTtl(runner, table)
  else if (wasThere && (await ttlOf(runner, table)) === false) warn(table, 'has no TTL')
  return key
}

function missingTable(table: string): string {
  return `The table ${table} does not exist, and the option "createTable" is false: aws dynamodb create-table --table-name ${table} --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST && ${ttlCommand(table)}`
}

/** `undefined` if the table does not exist. */
export async function describe(runner: Runner, table: string): Promise<Description | undefined> {
  try {
    return (await runner.run(new DescribeTableCommand({ TableName: table }))).Table
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/** Whether this process creates the table, and no other. */
async function create(runner: Runner, table: string): Promise<boolean> {
  try {
    await runner.run(
      new CreateTableCommand({
        TableName: table,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    return true
  } catch (error) {
    if (isNamed(error, 'ResourceInUseException')) return false
    throw error
  }
}

/** The name of the key. Throws a TypeError if sessions cannot be in this table. */
export function keyOf({ KeySchema, AttributeDefinitions }: Description, table: string): string {
  const [key] = KeySchema
  const type = AttributeDefinitions.find(({ AttributeName }) => AttributeName === key?.AttributeName)
  if (key && KeySchema.length === 1 && type?.AttributeType === 'S') return key.AttributeName
  throw new TypeError(
    `The table ${table} is not a table of sessions: its key must be one partition key of type S, without a sort key`,
  )
}

async function enableTtl(runner: Runner, table: string): Promise<void> {
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' }
  try {
    await runner.run(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }))
  } catch (error) {
    warn(table, `was created without TTL (${(error as Error).name})`)
  }
}

/** Whether DynamoDB deletes expired sessions; `undefined` if the store may not know. */
export async function ttlOf(runner: Runner, table: string): Promise<boolean | undefined> {
  try {
    const { TimeToLiveDescription } = await runner.run(new DescribeTimeToLiveCommand({ TableName: table }))
    const { TimeToLiveStatus = '', AttributeName = '' } = TimeToLiveDescription ?? {}
    return /^ENABL/.test(TimeToLiveStatus) && AttributeName === 'expires'
  } catch {
    return undefined
  }
}

/** Tables of which a warning has told. */
const warned = new Set<string>()

function warn(table: string, problem: string): void {
  if (warned.has(table)) return
  warned.add(table)
  process.emitWarning(
    `The table ${table} ${problem}: expired sessions stay in it, although no method returns them. ${ttlCommand(table)}`,
  )
}
