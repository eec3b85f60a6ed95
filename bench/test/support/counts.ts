import { PATHS, type Path, type TestServer } from './server.ts'

/** Returns what one request to each path adds to a count. Its session is made before. */
export async function countEach(
  server: TestServer,
  count: () => number | Promise<number>,
): Promise<Record<Path, number>> {
  const found = {} as Record<Path, number>
  for (const path of PATHS) {
    // The first request to a path may prepare a statement or a script.
    await server.requestSignedIn(path)
    const cookie = path === 'anonymous' || path === 'new' ? undefined : await server.signIn()
    const before = await count()
    await server.request(path, cookie)
    found[path] = (await count()) - before
  }
  return found
}
