import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { textOf, UsageError } from '../errors.ts'
import { within } from '../trial/guard.ts'
import { subjectOfModule } from './normalize.ts'
import type { Subject } from './subject.ts'

/** The file of a subject, which a child process can load again. */
export interface SubjectModule {
  /** A `file:` URL, with its query. */
  readonly url: string
  /** Default: `default`, or else `createStore`. */
  readonly exportName?: string
}

/** The module at a URL, or at a path relative to the working directory. */
export function moduleOf(pathOrUrl: string | URL, exportName?: string): SubjectModule {
  const text = String(pathOrUrl)
  const url = /^(file|data):/.test(text) ? text : pathToFileURL(resolve(text)).href
  return { url, ...(exportName === undefined ? {} : { exportName }) }
}

/** Loads a subject file. Throws a {@link UsageError} with one sentence if it fails. */
export async function loadSubject(module: SubjectModule): Promise<Subject> {
  let loaded: Record<string, unknown>
  try {
    const importing: Promise<Record<string, unknown>> = import(/* @vite-ignore */ module.url)
    loaded = await within(20_000, importing, () => new Error('it was not ready within 20 s'))
  } catch (error) {
    throw new UsageError(
      `The subject file ${module.url} could not be loaded: ${textOf(error)}${advice(module, error)}`,
    )
  }
  return subjectOfModule(loaded, module.exportName)
}

function advice(module: SubjectModule, error: unknown): string {
  const code = (error as { code?: string } | null)?.code
  if (code !== 'ERR_UNKNOWN_FILE_EXTENSION' || !/\.[cm]?tsx?($|\?)/.test(module.url)) return ''
  return ' (TypeScript needs Node 22.18 or later, or a loader: node --import tsx …)'
}
