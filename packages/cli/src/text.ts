/** Characters that can move the cursor or reverse text: control and format characters, surrogates, separators of lines and paragraphs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text from a session for a terminal: on one line, without control and bidirectional characters. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/** The same for whole lines of output, whose line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, character => (/[\n\t]/.test(character) ? character : escaped(character)))
}

/** JSON that is safe to print, and has the same meaning. */
export function printableJson(value: unknown, indent = 0): string {
  // JSON.stringify has escaped line feeds in values, so the remaining ones are between lines.
  return printableLines(JSON.stringify(value, null, indent))
}

/** A name for a list separated by spaces. It is a JSON string if it has several words. */
export function word(name: string): string {
  return /^[^\s"]+$/.test(name) ? printable(name) : printableJson(name)
}

export function countOfSessions(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`
}

/** A duration in its two largest units, such as `2d3h` or `59m59s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [d, h, m, s] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(
    Math.floor,
  )
  if (d) return `${d}d${h}h`
  if (h) return `${h}h${m}m`
  return m ? `${m}m${s}s` : `${s}s`
}

/** The character as a JSON escape. Characters above U+FFFF are two escapes. */
function escaped(character: string): string {
  return character
    .split('')
    .map(half => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
