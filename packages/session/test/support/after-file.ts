const tasks: (() => unknown)[] = []

/**
 * Run `task` after the tests of the present file. Files share a process and its modules, so an `afterAll` at the top of a helper would
 * only run after the first file that uses it.
 */
export function afterFile(task: () => unknown): void {
  tasks.push(task)
}

/** Run the tasks of the file that has ended. */
export async function endFile(): Promise<void> {
  for (const task of tasks.splice(0)) await task()
}
