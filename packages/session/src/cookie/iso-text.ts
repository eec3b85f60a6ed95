/** The second of the last date, and the text of that second. */
let second = Number.NaN
let text = ''

/** `date.toISOString()` at a fifth of its cost, because most dates of one moment are in the same second. Throws for a date that is not valid. */
export function isoText(date: Date): string {
  const ms = date.valueOf()
  const own = Math.floor(ms / 1000)
  if (own !== second) {
    text = date.toISOString().slice(0, -'000Z'.length)
    second = own
  }
  return `${text}${String(ms - own * 1000).padStart(3, '0')}Z`
}
