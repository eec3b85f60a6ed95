/** The quantile `q` of 0 to 1, between the two nearest values. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at))
}

export function median(values) {
  return quantile(values, 0.5)
}

/** Median with the quartiles around it. */
export function summary(values) {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/** Value by value: rounds are compared with the rounds beside them, since the machine changes over time. */
export function pairwise(a, b, combine) {
  return a.map((value, i) => combine(value, b[i]))
}

export function ratios(a, b) {
  return pairwise(a, b, (x, y) => x / y)
}
