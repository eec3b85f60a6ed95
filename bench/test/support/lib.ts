/** A module of `bench/lib/`, which is JavaScript without types. */
export function lib<T>(name: string): Promise<T> {
  return import(new URL(`../../lib/${name}.mjs`, import.meta.url).href)
}
