import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { OwnClient } from './client.ts'
import { TIMEOUT } from './options.ts'

/** Where a client finds DynamoDB. */
export interface Place {
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
}

const URL_PARTS = /^dynamodb:\/\/([^/@:?#]*)(?:\/([^/@?#]*))?(?:\?endpoint=([^&#]+))?$/

/** Reads `dynamodb://region/table?endpoint=http%3A%2F%2Flocalhost%3A8000`, of which each part may be missing. Errors do not quote the URL. */
export function placeOf(url: unknown): Place & { readonly table?: string | undefined } {
  const parts = typeof url === 'string' ? URL_PARTS.exec(url) : null
  try {
    const [region, table, endpoint] = parts!.slice(1).map(part => part && decodeURIComponent(part))
    return { region: region || undefined, table: table || undefined, endpoint }
  } catch {
    throw new TypeError(
      'DynamodbStore.open needs options, or a URL such as dynamodb://eu-central-1/sessions. The SDK takes credentials from the environment, from its files or from the role of the machine',
    )
  }
}

/** A client that connects on first use. A connection has half of the time, so that there is time for another attempt. */
export function openClient({ region, endpoint }: Place, timeout: number = TIMEOUT): OwnClient {
  if (region !== undefined && (typeof region !== 'string' || !/^[a-z0-9-]+$/.test(region)))
    throw new TypeError('The option "region" must be the name of an AWS region, such as "eu-central-1"')
  if (endpoint !== undefined && !(typeof endpoint === 'string' && /^https?:\/\/[^/@]+\/?$/.test(endpoint)))
    throw new TypeError('The option "endpoint" must be a URL such as "http://localhost:8000"')
  return new DynamoDBClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: timeout / 2 },
  })
}
