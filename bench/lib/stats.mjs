/** The quantile `q` (0 to 1), interpolated between the two nearest values. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at))
}

export function median(values) {
  return quantile(values, 0.5)
}

/** The median and the quartiles. */
export function summary(values) {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/** Combines the values of each round, since the speed of the machine changes from round to round. */
export function pairwise(a, b, combine) {
  return a.map((value, i) => combine(value, b[i]))
}

export function ratios(a, b) {
  return pairwise(a, b, (x, y) => x / y)
}
