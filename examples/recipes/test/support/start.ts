import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Running, startExample } from '../../../frameworks/test/support/app.ts'

/** The folder of a recipe. */
export const recipe = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** Copies a recipe to where the packages are installed, as its users do. */
export async function copyRecipe(built: string, name: string): Promise<string> {
  const folder = join(built, name)
  await cp(recipe(name), folder, { recursive: true })
  return folder
}

/** Starts a recipe on a slow store, until the test ends. */
export async function startRecipe(
  built: string,
  name: string,
  env: Record<string, string> = {},
): Promise<Running> {
  const folder = await copyRecipe(built, name)
  const app = await startExample({ folder, command: [process.execPath, 'app.js'], env })
  onTestFinished(() => app.stop())
  return app
}
