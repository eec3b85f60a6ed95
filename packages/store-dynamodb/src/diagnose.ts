import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import type { Runner } from './runner.ts'
import { type Description, describe, keyOf, ttlCommand, ttlOf } from './table.ts'

/** The findings about the table. Changes nothing. */
export async function diagnose(runner: Runner, table: string, where: string): Promise<Finding[]> {
  const versions = [versionIn('../package.json'), versionIn('@aws-sdk/client-dynamodb/package.json')]
  const found = await describe(runner, table)
  return [
    {
      name: 'packages',
      level: 'ok',
      text: `@coatcheck/store-dynamodb ${versions[0]}, @aws-sdk/client-dynamodb ${versions[1]}`,
    },
    { name: 'server', level: 'ok', text: `DynamoDB, ${where}` },
    ...(found
      ? [state(found, table), await ttl(runner, table)]
      : [
          {
            name: 'table',
            level: 'ok' as const,
            text: `${table} is not there yet`,
            missing: `table "${table}"`,
          },
        ]),
  ]
}

function state(found: Description, table: string): Finding {
  const name = 'table'
  try {
    const key = keyOf(found, table)
    const onDemand = found.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST'
    const capacity = onDemand ? 'on-demand' : 'provisioned'
    const text = `${table}, ${found.TableStatus.toLowerCase()}, key ${key}, ${capacity} capacity`
    return { name, level: 'ok', text }
  } catch (error) {
    return { name, level: 'problem', text: (error as Error).message }
  }
}

async function ttl(runner: Runner, table: string): Promise<Finding> {
  const name = 'TTL'
  const on = await ttlOf(runner, table)
  if (on) return { name, level: 'ok', text: 'DynamoDB deletes expired sessions' }
  if (on === undefined)
    return { name, level: 'ok', text: 'the store may not see whether DynamoDB deletes expired sessions' }
  return { name, level: 'warning', text: `off: expired sessions stay in the table. ${ttlCommand(table)}` }
}

/** A file of this package, or of a package that it can resolve. */
function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
