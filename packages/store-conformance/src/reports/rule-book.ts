import type { Rule } from '../rules/rule.ts'

const introduction = `# The rules

What a session store must keep so that an app can rely on it. MUST, SHOULD and MAY are meant as in RFC 2119. A rule that needs
what a store does not offer is not applicable to it; one that needs a hook which the subject file does not give is unverified.

Broken stores hide at the far end of five axes: number (more sessions than one page), size (past 64 KiB and 1 MB), parallelism, time
(phases of the second, ends, the closed store) and repetition (later answers, after an error). Each rule tells to which of them it goes.
A rule that goes to none looks at one thing in a calm store. The far ends of the methods that it calls are looked at by these: API-15
and API-16 (repetition), CON-17 and ENU-06 (number), RT-13 and RT-26 (size), CON-08 and CON-09 (parallelism), EXP-01 and LIF-06 (time).

This file is generated from the rules themselves: \`npx vitest run packages/store-conformance/test/rule-book.test.ts -u\`.
`

/** How many randomly generated stores failed, of those with faults and of those without. */
export interface Score {
  readonly seed: string
  readonly faulty: { readonly stores: number; readonly fell: number }
  readonly sound: { readonly stores: number; readonly fell: number }
}

function scoreText({ seed, faulty, sound }: Score): string {
  const share = ((100 * faulty.fell) / faulty.stores).toFixed(1)
  return `Score (\`npm run mutants\`, seed \`${seed}\`): of ${faulty.stores} stores with one to three faults put together by chance ${faulty.fell} fall (${share} %), of ${sound.stores} sound ones ${sound.fell}.`
}

/** The rule book, from the rules and the last score. */
export function ruleBook(rules: readonly Rule[], score: Score): string {
  const levels = (['MUST', 'SHOULD', 'MAY'] as const).map(
    level => `${rules.filter(rule => rule.level === level).length} ${level}`,
  )
  const families = [...new Set(rules.map(rule => rule.family))]
  const contents = families.map(name => `- [${name}](#${anchor(name)})`)
  const chapters = families.map(name =>
    chapter(
      name,
      rules.filter(rule => rule.family === name),
    ),
  )
  return [
    introduction,
    `${rules.length} rules: ${levels.join(', ')}.`,
    scoreText(score),
    contents.join('\n'),
    ...chapters,
  ]
    .join('\n\n')
    .concat('\n')
}

function chapter(name: string, rules: readonly Rule[]): string {
  return [`## ${name}`, ...rules.map(section)].join('\n\n')
}

function section(rule: Rule): string {
  return [
    `### ${rule.id}`,
    `**${rule.level}** ${rule.sentence}`,
    [
      `- Why: ${rule.why}`,
      `- Check: ${rule.check}`,
      `- Seen in: ${rule.seenIn}`,
      `- Needs: ${rule.needs.map(need => `\`${need}\``).join(', ') || 'nothing but `get`, `set` and `destroy`'}`,
      `- Axes: ${rule.axes.join(', ') || 'none'}`,
      `- Since: contract ${rule.since ?? '1.0'}`,
      `- More: <${rule.link}>`,
    ].join('\n'),
  ].join('\n\n')
}

function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
