/** The method of a `DynamoDBClient` that the store uses. */
export interface DynamodbClient {
  // biome-ignore lint/suspicious/noExplicitAny: commands and answers have the types of the SDK, with generics
  send(command: any, options?: { abortSignal?: AbortSignal }): Promise<any>
}

/** A client that the store makes and closes. */
export interface OwnClient extends DynamodbClient {
  destroy(): void
}
