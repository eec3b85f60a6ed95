import { rules } from '../rules/index.ts'
import { script, style } from './html-assets.ts'
import type { Report, RuleResult, RuleVerdict } from './report.ts'
import { againCommand, familiesOf, escapeXml as text } from './shared.ts'

const names: Record<RuleVerdict, string> = {
  fail: 'broken',
  error: 'suite error',
  flaky: 'flaky',
  warn: 'advice',
  pass: 'kept',
  unverified: 'unverified',
  waived: 'waived',
  'not-applicable': 'not applicable',
}

/** The report as one self-contained page, without network access and other files. */
export function html(report: Report): string {
  const { subject } = report
  const title = [subject.name, subject.version].filter(Boolean).join(' ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}: store conformance</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kicker">Session store conformance</p>
<h1>${text(title)}</h1>
<p class="verdict ${report.conforms ? 'good' : 'bad'}">${report.conforms ? 'Conforms' : 'Does not conform'}</p>
<p class="label">${text(report.label)}</p>
${bar(report)}
</header>
<main>
${report.smoke.ok ? '' : smoke(report)}
${stray(report)}
${filters(report)}
${familiesOf(report.rules)
  .map(([family, results]) => section(report, family, results))
  .join('\n')}
</main>
${footer(report)}
<script>${script}</script>
</body>
</html>
`
}

function bar({ counts, rules }: Report): string {
  const parts = (Object.keys(names) as RuleVerdict[]).filter(verdict => counts[verdict] > 0)
  const spans = parts.map(
    verdict =>
      `<span class="${verdict}" style="flex:${counts[verdict]}" title="${counts[verdict]} ${names[verdict]}"></span>`,
  )
  return rules.length
    ? `<div class="bar" role="img" aria-label="${parts.map(v => `${counts[v]} ${names[v]}`).join(', ')}">${spans.join('')}</div>`
    : ''
}

function smoke(report: Report): string {
  return `<section class="note"><h2>The subject cannot be run</h2><p>${text(report.smoke.message)}</p><pre>${text(report.smoke.steps.join('\n'))}</pre></section>`
}

function stray({ stray }: Report): string {
  if (stray.length === 0) return ''
  return `<section class="note"><h2>Errors that nobody caught</h2><ul>${stray.map(error => `<li>${text(error)}</li>`).join('')}</ul></section>`
}

function filters({ counts }: Report): string {
  const buttons = (Object.keys(names) as RuleVerdict[])
    .filter(verdict => counts[verdict] > 0)
    .map(
      verdict =>
        `<button type="button" data-verdict="${verdict}" aria-pressed="true"><i class="${verdict}"></i>${names[verdict]} <b>${counts[verdict]}</b></button>`,
    )
  return `<nav aria-label="Show">${buttons.join('')}</nav>`
}

function section(report: Report, family: string, results: readonly RuleResult[]): string {
  const kept = results.filter(result => result.verdict === 'pass').length
  const rows = results.map(result => row(report, result)).join('\n')
  return `<section class="family"><h2>${text(family)} <small>${kept} of ${results.length} kept</small></h2>
${rows}
</section>`
}

function row(report: Report, result: RuleResult): string {
  const open = result.verdict === 'fail' || result.verdict === 'error' ? ' open' : ''
  return `<details class="rule" id="${result.id}" data-verdict="${result.verdict}"${open}><summary><i class="${result.verdict}"></i><code>${result.id}</code><span class="level">${result.level}</span><span class="sentence">${text(result.sentence)}</span><span class="tag ${result.verdict}">${names[result.verdict]}</span></summary>
${body(report, result)}</details>`
}

function body(report: Report, result: RuleResult): string {
  const rule = rules.find(candidate => candidate.id === result.id)
  const failed = result.verdict !== 'pass' && result.message !== ''
  const entries: [string, string][] = []
  if (failed) entries.push([result.steps.length ? 'got' : 'reason', text(result.message)])
  if (result.steps.length) entries.push(['steps', `<pre>${text(result.steps.join('\n'))}</pre>`])
  if (rule) {
    entries.push(['why', text(rule.why)], ['check', text(rule.check)], ['seen in', text(rule.seenIn)])
    entries.push(['more', `<a href="${text(rule.link)}">${text(rule.link)}</a>`])
  }
  if (failed) entries.push(['again', `<code>${text(againCommand(report, result.id))}</code>`])
  return `<dl>${entries.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>`
}

function footer({ suite, contract, seed, env, startedAt, ms, commands, subject }: Report): string {
  const calls = Object.entries(commands).map(([method, count]) => `${method} ${count}`)
  const facts = [
    suite,
    `contract ${contract}`,
    `seed ${seed}`,
    `Node ${env.node}`,
    env.os,
    env.tz,
    startedAt,
    `${(ms / 1000).toFixed(1)} s`,
    `offers ${subject.capabilities.join(', ')}`,
    ...(calls.length ? [`backend commands: ${calls.join(', ')}`] : []),
  ]
  return `<footer>${facts.map(fact => `<span>${text(fact)}</span>`).join('')}</footer>`
}
