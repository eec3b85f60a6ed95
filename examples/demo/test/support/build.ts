import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../../../', import.meta.url))

/** The tests run what `npm run demo` runs, built once before the first of them. */
export default function build(): void {
  execFileSync('npx', ['tsc', '-b', 'examples/demo'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
}
