// Packs each published package of this checkout into `packed/`, as npm would publish it: `npm run pack`.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const to = resolve('packed')
rmSync(to, { recursive: true, force: true })
mkdirSync(to)
for (const folder of readdirSync('packages')) {
  const manifest = JSON.parse(readFileSync(join('packages', folder, 'package.json'), 'utf8'))
  if (manifest.private) continue
  const from = join('packages', folder, manifest.publishConfig.directory)
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', to], { cwd: from, encoding: 'utf8' }),
  )
  console.log(`packed/${filename}`)
}
