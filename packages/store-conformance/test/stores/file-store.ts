import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import session from 'express-session'
import { endOf } from './end.ts'

/** The functions of `node:fs/promises` that the store uses. */
export const files = { mkdir, readdir, readFile, rename, rm, writeFile }

type Session = Record<string, unknown> & { cookie: { expires?: unknown; maxAge?: unknown } }

interface Row {
  sid: string
  end: number
  text: string
}

export interface FileStoreOptions {
  /** Where the files lie; the store has it to itself. */
  folder: string
  ttlMs?: number | undefined
  fs?: typeof files
}

/** The last change of each file, in this process: changes of one session go one after the other. */
const queues = new Map<string, Promise<unknown>>()
let temporary = 0

/** A store with a file for each session; promises only. */
const Store = session.Store as unknown as new () => EventEmitter

export class FileStore extends Store {
  readonly folder: string
  readonly #ttlMs: number
  readonly #fs: typeof files

  constructor({ folder, ttlMs = 86_400_000, fs = files }: FileStoreOptions) {
    super()
    this.folder = folder
    this.#ttlMs = ttlMs
    this.#fs = fs
  }

  async get(sid: string): Promise<Session | undefined> {
    const row = await this.#read(this.file(sid))
    return row && row.end > Date.now() ? sessionOf(row) : undefined
  }

  async set(sid: string, session: Session): Promise<void> {
    if (typeof sid !== 'string') throw new TypeError('the sid must be a string')
    const row = { sid, text: JSON.stringify(session), end: endOf(session.cookie, this.#ttlMs) }
    await this.#change(sid, file => this.#write(file, row))
  }

  async touch(sid: string, session: Session): Promise<void> {
    const end = endOf(session.cookie, this.#ttlMs)
    await this.#change(sid, async file => {
      const row = await this.#read(file)
      if (row && row.end > Date.now()) await this.#write(file, { ...row, end })
    })
  }

  async destroy(sid: string): Promise<void> {
    await this.#change(sid, file => this.#fs.rm(file, { force: true }))
  }

  async all(): Promise<Record<string, Session>> {
    const sessions: Record<string, Session> = Object.create(null)
    for (const row of await this.#live()) {
      try {
        sessions[row.sid] = sessionOf(row)
      } catch {
        // A file that holds no session.
      }
    }
    return sessions
  }

  async length(): Promise<number> {
    return (await this.#live()).length
  }

  async clear(): Promise<void> {
    for (const name of await this.names()) await this.#fs.rm(join(this.folder, name), { force: true })
  }

  async sweep(): Promise<void> {
    for (const name of await this.names()) {
      const file = join(this.folder, name)
      await queued(file, async () => {
        const row = await this.#read(file)
        if (row && row.end <= Date.now()) await this.#fs.rm(file, { force: true })
      })
    }
  }

  /** Hashed: a sid may be anything, and some file systems know no upper case. */
  file(sid: string): string {
    return join(
      this.folder,
      createHash('sha256')
        .update(Buffer.from(String(sid), 'utf16le'))
        .digest('hex'),
    )
  }

  async names(): Promise<string[]> {
    const names = await this.#fs.readdir(this.folder).catch(ifMissing<string[]>([]))
    return names.filter(name => !name.endsWith('.tmp'))
  }

  async #live(): Promise<Row[]> {
    const rows: Row[] = []
    for (const name of await this.names()) {
      const row = await this.#read(join(this.folder, name))
      if (row && row.end > Date.now()) rows.push(row)
    }
    return rows
  }

  async #change(sid: string, work: (file: string) => Promise<unknown>): Promise<void> {
    const file = this.file(sid)
    await queued(file, () => work(file))
  }

  async #read(file: string): Promise<Row | undefined> {
    const text = await this.#fs.readFile(file, 'utf8').catch(ifMissing(undefined))
    return text === undefined ? undefined : (JSON.parse(text) as Row)
  }

  async #write(file: string, row: Row): Promise<void> {
    await this.#fs.mkdir(this.folder, { recursive: true })
    const written = `${file}.${process.pid}.${++temporary}.tmp`
    await this.#fs.writeFile(written, JSON.stringify(row))
    await this.#fs.rename(written, file)
  }
}

function sessionOf({ text, end }: Row): Session {
  let session: Session | undefined
  try {
    session = JSON.parse(text)
  } catch {
    session = undefined
  }
  if (!session?.cookie) throw new Error('the file holds no session')
  if (session.cookie.expires) session.cookie.expires = new Date(end).toISOString()
  return session
}

function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return error => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}

/** Runs `work` after all that was queued for this file. */
async function queued(file: string, work: () => Promise<unknown>): Promise<void> {
  const turn = (queues.get(file) ?? Promise.resolve()).then(work, work)
  queues.set(file, turn)
  try {
    await turn
  } finally {
    if (queues.get(file) === turn) queues.delete(file)
  }
}
