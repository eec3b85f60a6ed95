import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const loader = new URL('./support/register-ts.mjs', import.meta.url).href

test('a store whose promises reject after the run loses no report', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'report.json')
  const node = ['--no-warnings', '--conditions', 'coatcheck:source', '--import', loader]
  const args = [path('../src/cli.ts'), path('./subjects/fails-late.mjs'), '--only', 'TCH-03', '--json', file]
  await once(spawn(process.execPath, [...node, ...args]), 'close')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    rules: [{ id: 'TCH-03', verdict: 'pass' }],
  })
})
