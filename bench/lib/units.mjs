export function us(value) {
  return `${value.toFixed(value < 10 ? 1 : 0)} µs`
}

/** A median in microseconds, with the quartiles. */
export function usRange({ median, low, high }) {
  return `${us(median)} (${low.toFixed(1)}..${high.toFixed(1)})`
}

/** A ratio: its median, with the quartiles. */
export function ratio({ median, low, high }) {
  return `${median.toFixed(2)} (${low.toFixed(2)}..${high.toFixed(2)})`
}

export function perSecond({ median, low, high }) {
  return `${whole(median)} (${whole(low)}..${whole(high)})`
}

export function ms({ median, low, high }) {
  return `${median.toFixed(1)} ms (${low.toFixed(1)}..${high.toFixed(1)})`
}

export function whole(value) {
  return Math.round(value).toLocaleString('en-US')
}
