/** An object that holds an object, and so on; `levels` of them. */
export function nested(levels: number): object {
  let data: object = { end: true }
  for (let level = 1; level < levels; level++) data = level % 10 === 0 ? { list: [data] } : { next: data }
  return data
}

/** How deep this is, lists not counted. */
export function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const [inner] = Object.values(value)
  return levelsOf(inner) + (Array.isArray(value) ? 0 : 1)
}
