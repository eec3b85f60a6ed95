import { onTestFinished } from 'vitest'

/** The warnings of this process from now on, until the test ends: `<name>: <message>`. */
export function hearWarnings(): string[] {
  const heard: string[] = []
  const hear = ({ name, message }: Error) => heard.push(`${name}: ${message}`)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  return heard
}
