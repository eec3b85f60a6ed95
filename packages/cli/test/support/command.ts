import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionData } from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { onTestFinished } from 'vitest'
import { run } from '../../src/run.ts'

export interface Ended {
  code: number
  out: string
  err: string
}

interface World {
  /** What is answered to questions; without it nobody can be asked. */
  answer?: string
  env?: Record<string, string>
}

/** Run a command line in this process. */
export async function coatcheck(argv: readonly string[], { answer, env = {} }: World = {}): Promise<Ended> {
  let [out, err] = ['', '']
  const ask = async (question: string) => {
    err += question
    return answer as string
  }
  const io = {
    out(text: string) {
      out += text
    },
    err(text: string) {
      err += text
    },
    bar: undefined,
    ask: answer === undefined ? undefined : ask,
    env,
  }
  return { code: await run(argv, io), out, err }
}

/** A folder that is removed when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Put sessions into the store of a URL. */
export async function fill(url: string, sessions: Record<string, SessionData>): Promise<void> {
  const store = await openStore(url)
  for (const [sid, session] of Object.entries(sessions)) await store.set(sid, session)
  await store.close()
}

/** The sessions in the store of a URL. */
export async function contents(url: string): Promise<Record<string, SessionData>> {
  const store = await openStore(url)
  const sessions = await store.all()
  await store.close()
  return { ...sessions }
}

/** Session data with a lifetime in milliseconds, or without an end. */
export function sessionOf(data: object = {}, maxAge?: number): SessionData {
  const expires = maxAge === undefined ? null : new Date(Date.now() + maxAge).toISOString()
  return { cookie: { originalMaxAge: maxAge ?? null, expires, path: '/' }, ...data } as never
}
