/**
 * Whether `npm run matrix` runs the tests. It runs the conformance suite, and what takes long, on every client of a store and each version of it;
 * verify on those that differ most.
 */
export const inMatrix = Boolean(process.env.COATCHECK_MATRIX)

/** All of them in the matrix, in verify those of these names. */
export function chosen<T>(all: Record<string, T>, names: readonly string[]): [string, T][] {
  return Object.entries(all).filter(([name]) => inMatrix || names.includes(name))
}
