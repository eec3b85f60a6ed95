import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { StartError } from './start-error.ts'

/**
 * The secret in the file, made on first use. It has to outlive the process: a new secret would not verify the cookies that the last
 * one has signed, and everybody would be logged out.
 */
export function keptSecret(file: string): string {
  try {
    const secret = read(file) ?? make(file)
    if (secret.length >= 32) return secret
  } catch (error) {
    throw new StartError(`The secret cannot be kept in ${file}: ${(error as Error).message}.`)
  }
  throw new StartError(`The file ${file} holds no secret: delete it, and a new one is made.`)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a complete file before giving it its name, so that two processes that start together use the same secret. */
function make(file: string): string {
  const draft = `${file}-${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(file, 'utf8').trim()
}
