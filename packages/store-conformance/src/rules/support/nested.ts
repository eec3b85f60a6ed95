/** An object in an object, and so on, with `levels` levels. */
export function nested(levels: number): object {
  let data: object = { end: true }
  for (let level = 1; level < levels; level++) data = level % 10 === 0 ? { list: [data] } : { next: data }
  return data
}

/** The depth of a value, without lists. */
export function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const [inner] = Object.values(value)
  return levelsOf(inner) + (Array.isArray(value) ? 0 : 1)
}
