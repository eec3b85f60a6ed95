/** Counts the calls of JSON.stringify and JSON.parse from now on. */
export function countJson() {
  const counts = { stringify: 0, parse: 0 }
  for (const name of Object.keys(counts)) {
    const original = JSON[name]
    JSON[name] = (...args) => {
      counts[name]++
      return original(...args)
    }
  }
  return counts
}
