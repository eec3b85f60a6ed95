import * as runtime from '@prisma/client/runtime/client'

/** The databases of which there are tests. */
export type PrismaProvider = 'mysql' | 'postgresql' | 'sqlite'

/** What the tests use of a client of Prisma. */
export interface PrismaClient {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  $queryRawUnsafe(sql: string, ...values: any[]): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters are its own
  $executeRawUnsafe(sql: string, ...values: any[]): Promise<number>
  // biome-ignore lint/suspicious/noExplicitAny: the results of the statements
  $transaction(statements: any): Promise<any>
  $disconnect(): Promise<void>
}

/** What is written into a generated client of the models of a schema. */
export interface PrismaModels {
  readonly schema: string
  readonly models: object
  readonly strings: readonly string[]
  readonly graph: string
}

/** The compiled query compilers. An app has one client, and tests have a hundred: they would all compile it. */
const compilers = new Map<PrismaProvider, Promise<WebAssembly.Module>>()

async function compile(provider: PrismaProvider): Promise<WebAssembly.Module> {
  const file = `@prisma/client/runtime/query_compiler_fast_bg.${provider}.wasm-base64.mjs`
  const { wasm } = await import(file)
  return WebAssembly.compile(Buffer.from(wasm, 'base64'))
}

function compilerOf(provider: PrismaProvider): Promise<WebAssembly.Module> {
  const known = compilers.get(provider) ?? compile(provider)
  compilers.set(provider, known)
  return known
}

const NONE: PrismaModels = { schema: '', models: {}, strings: [], graph: 'AAAA' }

/**
 * A client of Prisma: made of what `prisma generate` writes, version 7.10. The command itself installs an engine and a web app that no
 * test uses.
 */
export function prismaClient(provider: PrismaProvider, adapter: object, models = NONE): PrismaClient {
  const { schema, models: runtimeModels, strings, graph } = models
  const config = {
    previewFeatures: [],
    clientVersion: '7.10.0',
    engineVersion: '0edf323efd1d98336f3f0a68684b56f689b900d3',
    activeProvider: provider,
    inlineSchema: `generator client {\n  provider = "prisma-client"\n}\ndatasource db {\n  provider = "${provider}"\n}\n${schema}`,
    runtimeDataModel: { models: runtimeModels, enums: {}, types: {} },
    parameterizationSchema: { strings, graph },
    compilerWasm: {
      getRuntime: () => import(`@prisma/client/runtime/query_compiler_fast_bg.${provider}.mjs`),
      getQueryCompilerWasmModule: () => compilerOf(provider),
      importName: './query_compiler_fast_bg.js',
    },
  }
  const PrismaClient = runtime.getPrismaClient(config as never)
  return new PrismaClient({ adapter } as never) as unknown as PrismaClient
}
