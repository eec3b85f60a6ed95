import type { Rule } from '../rules/rule.ts'

const introduction = `# The rules

What a session store must keep so that an app can rely on it. MUST, SHOULD and MAY are meant as in RFC 2119. A rule that needs
what a store does not offer is not applicable to it; one that needs a hook which the subject file does not give is unverified.

This file is generated from the rules themselves: \`npx vitest run packages/store-conformance/test/rule-book.test.ts -u\`.
`

/** The rule book, from the rules. */
export function ruleBook(rules: readonly Rule[]): string {
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
  return [introduction, `${rules.length} rules: ${levels.join(', ')}.`, contents.join('\n'), ...chapters]
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
