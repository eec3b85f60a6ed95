import { type SessionRequest, type Store, session } from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'

const store: Store = SqliteStore.open('sessions.db', { ttl: 60_000 })
export const middleware = session.strict({ secret: 's', store })

export async function logout(req: SessionRequest): Promise<void> {
  await req.session.destroy()
}
