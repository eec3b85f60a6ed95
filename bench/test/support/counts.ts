import { PATHS, type Path, type TestServer } from './server.ts'

/** What each kind of request adds to a count, for a session that was made before the counting. */
export async function countEach(
  server: TestServer,
  count: () => number | Promise<number>,
): Promise<Record<Path, number>> {
  const found = {} as Record<Path, number>
  for (const path of PATHS) {
    // The first request of a kind may prepare something.
    await server.visitSignedIn(path)
    const cookie = path === 'anonymous' || path === 'new' ? undefined : await server.signIn()
    const before = await count()
    await server.visit(path, cookie)
    found[path] = (await count()) - before
  }
  return found
}
