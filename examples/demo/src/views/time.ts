/** By the clock of the server, which is that of the visitor on one machine. */
export function greeting(hour: number = new Date().getHours()): string {
  if (hour < 5) return 'Hello'
  if (hour < 12) return 'Good morning'
  return hour < 18 ? 'Good afternoon' : 'Good evening'
}

/** "1 minute", "90 minutes". */
export function inMinutes(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

/** "10:00", "1:05:00". */
export function countdown(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** "just now", "4 minutes ago". */
export function ago(since: number, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000))
  if (seconds < 10) return 'just now'
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size)
    if (count) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return 'just now'
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const
