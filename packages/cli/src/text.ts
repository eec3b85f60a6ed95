/** Control and format characters, surrogates, and the separators of lines and paragraphs: what moves the cursor, or turns the text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text from a session as it may go to a terminal: on one line, without control and bidirectional characters. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/** The same for whole lines of output, whose line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, character => (/[\n\t]/.test(character) ? character : escaped(character)))
}

/** JSON that is as safe to print, and means the same. */
export function printableJson(value: unknown, indent = 0): string {
  // JSON.stringify has escaped those of the values, so that a line feed here is one between the lines.
  return printableLines(JSON.stringify(value, null, indent))
}

/** A name in a list of names that spaces separate: as a JSON string if it is more than one word. */
export function word(name: string): string {
  return /^[^\s"]+$/.test(name) ? printable(name) : printableJson(name)
}

export function countOfSessions(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`
}

/** A duration by its largest two units: `2d3h`, `59m59s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [d, h, m, s] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(
    Math.floor,
  )
  if (d) return `${d}d${h}h`
  if (h) return `${h}h${m}m`
  return m ? `${m}m${s}s` : `${s}s`
}

/** As JSON writes it: in halves above U+FFFF. */
function escaped(character: string): string {
  return character
    .split('')
    .map(half => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
