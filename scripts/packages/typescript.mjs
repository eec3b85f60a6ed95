import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pack.mjs'
import { run } from './run.mjs'

const FIVE = 'compat/consumers/node_modules/typescript/bin/tsc'
const SEVEN = 'node_modules/typescript/bin/tsc'

/** Options of all projects. The packages' declarations are checked as strictly as the user's own code. */
const COMMON = { target: 'ES2022', strict: true, skipLibCheck: false, types: ['node'] }
const OLD = { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '5.0' }

/** Projects in TypeScript: which compiler, the kind of their package, their files, their options. */
const projects = {
  'typescript commonjs': [FIVE, 'commonjs', ['typed', 'equals'], { ...OLD, esModuleInterop: true }],
  'typescript commonjs without esModuleInterop': [FIVE, 'commonjs', ['starred'], OLD],
  'typescript node16, CommonJS': [FIVE, 'commonjs', ['typed', 'equals'], { module: 'node16' }],
  'typescript node16, ESM': [FIVE, 'module', ['typed'], { module: 'node16' }],
  'typescript nodenext, CommonJS': [SEVEN, 'commonjs', ['typed', 'equals'], { module: 'nodenext' }],
  'typescript nodenext, ESM': [SEVEN, 'module', ['typed'], { module: 'nodenext' }],
  'typescript bundler': [SEVEN, 'module', ['typed'], { module: 'esnext', moduleResolution: 'bundler' }],
}

/** The error if `import * as session` would compile to something that cannot be called. */
const refused = {
  'typescript nodenext, CommonJS, a namespace called': [
    SEVEN,
    'commonjs',
    ['starred'],
    { module: 'nodenext' },
  ],
  'typescript nodenext, ESM, a namespace called': [SEVEN, 'module', ['starred'], { module: 'nodenext' }],
}

/** The checks of all projects by their names. `check` runs a program and returns the problems of its output. */
export function typescriptConsumers(dir, check) {
  const compiled = Object.entries(projects).map(([name, project]) => [
    name,
    async () => {
      const { ok, output, folder } = await compile(dir, name, project)
      if (!ok) return [output]
      const [, , files] = project
      const problems = await Promise.all(files.map(file => check(join(folder, 'out', `${file}.js`), file)))
      return problems.flat()
    },
  ])
  const notCompiled = Object.entries(refused).map(([name, project]) => [
    name,
    async () => {
      const { output } = await compile(dir, name, project)
      return /TS2349: This expression is not callable/.test(output) ? [] : [`compiles:\n${output}`]
    },
  ])
  return Object.fromEntries([...compiled, ...notCompiled])
}

async function compile(dir, name, [compiler, type, files, options]) {
  const folder = join(dir, 'out', name.replace(/\W+/g, '-'))
  mkdirSync(join(folder, 'out'), { recursive: true })
  for (const file of files) copyFileSync(join(dir, 'app', `${file}.ts`), join(folder, `${file}.ts`))
  copyFileSync(join(dir, 'app/scenario.d.cts'), join(folder, 'scenario.d.cts'))
  copyFileSync(join(dir, 'app/scenario.cjs'), join(folder, 'out/scenario.cjs'))
  const compilerOptions = { ...COMMON, ...options, rootDir: '.', outDir: 'out' }
  write(folder, 'package.json', { private: true, type })
  write(folder, 'tsconfig.json', { compilerOptions, include: ['*.ts'] })
  const args = [join(root, compiler), '-p', folder, '--pretty', 'false']
  return { folder, ...(await run(process.execPath, args, folder)) }
}

function write(folder, file, content) {
  writeFileSync(join(folder, file), JSON.stringify(content))
}
