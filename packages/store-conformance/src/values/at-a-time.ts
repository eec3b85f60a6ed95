/** Runs `work` for each item, `width` of them at a time. */
export async function atATime<I, T>(
  items: Iterable<I>,
  width: number,
  work: (item: I) => Promise<T>,
): Promise<T[]> {
  const queue = [...items]
  const results: T[] = []
  const worker = async (): Promise<void> => {
    while (queue.length > 0) results.push(await work(queue.shift()!))
  }
  await Promise.all(Array.from({ length: Math.min(width, queue.length) }, worker))
  return results
}
