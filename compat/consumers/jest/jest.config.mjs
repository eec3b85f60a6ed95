import { fileURLToPath } from 'node:url'

// One configuration a consumer: `jest --config jest/jest.config.mjs --selectProjects commonjs`.
const compilerOptions = {
  module: 'commonjs',
  moduleResolution: 'node10',
  esModuleInterop: true,
  strict: true,
}
const options = { target: 'es2022', skipLibCheck: false, types: ['node'], ...compilerOptions }

const project = (displayName, testMatch, transform) => ({
  displayName,
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  testMatch: [`<rootDir>/jest/${testMatch}`],
  moduleFileExtensions: ['js', 'cjs', 'mjs', 'ts', 'json'],
  transform,
})

const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }

export default {
  // A busy machine takes its time.
  testTimeout: 120_000,
  projects: [
    project('commonjs', 'required.test.js', {}),
    project('esm', 'imported.test.mjs', {}),
    project('ts-jest', 'typed.test.ts', { '\\.ts$': ['ts-jest', { tsconfig: options }] }),
    project('swc', 'typed.test.ts', { '\\.ts$': ['@swc/jest', swc] }),
  ],
}
