import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const loader = new URL('./support/register-ts.mjs', import.meta.url).href

interface Ended {
  readonly code: number | null
  readonly errors: string
}

function start(subject: string, patienceMs: number): [ChildProcess, Promise<Ended>] {
  const args = [
    '--no-warnings',
    '--conditions',
    'coatcheck:source',
    '--import',
    loader,
    path('../src/cli.ts'),
  ]
  const child = spawn(process.execPath, [...args, path(subject), '--only', 'TCH-03'], {
    env: { ...process.env, STORE_CONFORMANCE_PATIENCE_MS: String(patienceMs) },
  })
  let errors = ''
  child.stderr?.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  return [child, new Promise(resolve => child.once('close', code => resolve({ code, errors })))]
}

/** Until the store has begun its loop. */
function looping(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.stderr?.on('data', (data: Buffer) => {
      if (data.includes('looping')) resolve()
    })
  })
}

describe('a store that never gives the event loop back', () => {
  test('is stopped, and the rule at work is named', async () => {
    const [, ended] = start('./subjects/loops.mjs', 4000)
    const { code, errors } = await ended
    expect(errors).toMatch(/kept the process busy for 4 s without a pause/)
    expect(code).toBe(1)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'does not keep the command from ending at %s',
    async signal => {
      const [child, ended] = start('./subjects/loops.mjs', 50_000)
      await looping(child)
      child.kill(signal)
      expect((await ended).code).toBe(130)
    },
    40_000,
  )
})

test('a sound store is judged as without the watch', async () => {
  const [, ended] = start('./subjects/sound.mjs', 50_000)
  expect(await ended).toEqual({ code: 0, errors: '' })
})
