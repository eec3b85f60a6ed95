/**
 * Whether `npm run matrix` runs the tests. It runs the conformance suite on every client of a store, and each version of it; verify on those that
 * differ most.
 */
export const inMatrix = Boolean(process.env.COATCHECK_MATRIX)
