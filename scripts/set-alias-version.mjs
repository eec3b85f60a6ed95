// The package `coatcheck` has the version of `@coatcheck/cli`, and depends on it. lerna runs this when it sets the versions.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(`${root}packages/cli/package.json`, 'utf8'))
const file = `${root}packages/cli/alias/package.json`
const text = readFileSync(file, 'utf8')
  .replace(/"version": ".*"/, `"version": "${version}"`)
  .replace(/"@coatcheck\/cli": ".*"/, `"@coatcheck/cli": "^${version}"`)
writeFileSync(file, text)
execFileSync('git', ['add', file], { cwd: root })
