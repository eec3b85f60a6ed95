import { createInterface } from 'node:readline/promises'
import { printableLines } from './text.ts'

/** The input and output of a command. */
export interface Io {
  /** Prints results. */
  out(text: string): void
  /** Prints progress, questions and errors. */
  err(text: string): void
  /** The stream for a progress bar; `undefined` if there is no terminal. */
  readonly bar: NodeJS.WriteStream | undefined
  /** Asks a question and returns the answer; `undefined` if there is no terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The input and output of this process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process
  // The reader may close the pipe early, as in `coatcheck ls | head`. That is not a failure.
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

/** The same, but it escapes control characters, which may come from a session, a store or a driver. */
export function safeIo(io: Io): Io {
  return { ...io, out: text => io.out(printableLines(text)), err: text => io.err(printableLines(text)) }
}
