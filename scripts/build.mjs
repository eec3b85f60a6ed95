// Compiles every package, each after those that it needs (TypeScript's project references say which), and puts together
// what npm gets of those that are published.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execPath, exit } from 'node:process'

const projects = ['packages', 'examples']
  .flatMap(parent => readdirSync(parent).map(folder => join(parent, folder)))
  .filter(folder => existsSync(join(folder, 'tsconfig.json')) && existsSync(join(folder, 'package.json')))

function run(args, cwd = '.') {
  const { status } = spawnSync(execPath, args, { cwd, stdio: 'inherit' })
  if (status !== 0) exit(status ?? 1)
}

run([resolve('node_modules/typescript/bin/tsc'), '-b', ...projects])
for (const project of projects) {
  const { publishConfig } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  if (publishConfig?.directory) run([resolve('scripts/publishable.mjs')], project)
}
