import { createInterface } from 'node:readline/promises'

/** What the command sees of the world. */
export interface Io {
  /** Results. */
  out(text: string): void
  /** Progress, questions and errors. */
  err(text: string): void
  /** A stream for a progress bar; `undefined` where nobody watches. */
  readonly bar: NodeJS.WriteStream | undefined
  /** Ask, and give the answer; `undefined` where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** That of this process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process
  // `coatcheck ls | head` is no failure.
  stdout.on('error', error => {
    if ((error as { code?: unknown }).code === 'EPIPE') process.exit(0)
    throw error
  })
  const ask = async (question: string): Promise<string> => {
    const terminal = createInterface({ input: stdin, output: stderr })
    try {
      return await terminal.question(question)
    } finally {
      terminal.close()
    }
  }
  return {
    out: text => void stdout.write(text),
    err: text => void stderr.write(text),
    bar: stderr.isTTY ? stderr : undefined,
    ask: stdin.isTTY && stderr.isTTY ? ask : undefined,
    env,
  }
}
