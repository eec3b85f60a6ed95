import { join } from 'node:path'
import { registerScheme } from '@coatcheck/session/stores'
import { beforeEach, describe, expect, it } from 'vitest'
import { printable, printableJson, word } from '../src/text.ts'
import { coatcheck, fill, sessionOf, tempFolder } from './support/command.ts'

/** What no output may hold: control characters of ASCII but tab and line feed, DEL, C1, and what turns text around or hides it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
const RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

const EVIL = {
  title: '\x1b]0;PWNED\x07\x1b[2J\x1b[31mred',
  line: 'a\nsha256:0000000000000000\t1d0h\t1\tforged line',
  c1: '\u009b31mkey\x7f',
  bidi: '\u202e\u2066reversed\u200f\u061c',
  hidden: 'a\u200bb\ufeff\u2028c',
}

let env: Record<string, string> = {}
async function fillStore(): Promise<void> {
  env = { SESSION_STORE: `sqlite:${join(tempFolder(), 'sessions.db')}` }
  const sessions = Object.values(EVIL).map(text => [`id ${text}`, sessionOf({ [text]: text })])
  await fill(env.SESSION_STORE as string, Object.fromEntries(sessions))
}

describe('output', () => {
  beforeEach(fillStore)

  const lines: [string, (text: string) => string[]][] = [
    ['ls', () => ['ls']],
    ['ls --reveal', () => ['ls', '--reveal']],
    ['ls --json', () => ['ls', '--reveal', '--json']],
    ['show --reveal', text => ['show', `id ${text}`, '--reveal']],
    ['show --json', text => ['show', `id ${text}`, '--json']],
    ['show of no session', text => ['show', text, '--reveal']],
    ['rm of no session', text => ['rm', '--yes', text]],
    ['a command', text => [text]],
    ['an option', text => ['ls', `--${text}`]],
    ['a number', text => ['ls', '--limit', text]],
    ['a URL', text => ['count', '--store', text]],
    ['a variable', text => ['count', '--store', `env:${text}`]],
    ['a file', text => ['count', '--store', `sqlite:${text}`]],
  ]

  // The names of the tests are printed too.
  it.each(
    lines.flatMap(([name, argv]) =>
      Object.entries(EVIL).map(([kind, text]) => [name, kind, argv(text)] as const),
    ),
  )('output: %s prints no control character (%s)', async (_, __, argv) => {
    const { out, err } = await coatcheck(argv, { env })
    expect(out + err).not.toBe('')
    expect(out + err).not.toMatch(RAW)
    // An error is one line.
    expect(err).toMatch(/^([^\n]*\n)?$/)
  })

  it('ls: a line for each session, with four columns, whatever is in it', async () => {
    for (const flags of [[], ['--reveal']]) {
      const { out } = await coatcheck(['ls', ...flags], { env })
      const lines = out.trimEnd().split('\n')
      expect(lines).toHaveLength(Object.keys(EVIL).length)
      for (const line of lines) expect(line.split('\t')).toHaveLength(4)
    }
  })

  it('json: means what is in the session', async () => {
    for (const text of Object.values(EVIL)) {
      const { out } = await coatcheck(['show', `id ${text}`, '--reveal', '--json'], { env })
      expect(JSON.parse(out)).toMatchObject({ id: `id ${text}`, keys: [text], session: { [text]: text } })
    }
    const rows = (await coatcheck(['ls', '--reveal', '--json'], { env })).out.trimEnd().split('\n')
    const keys = rows.flatMap(row => JSON.parse(row).keys)
    expect(keys.sort()).toEqual(Object.values(EVIL).sort())
  })

  it('error: the message of a store is one line without control characters', async () => {
    registerScheme('loud', () => {
      throw new Error(`cannot read ${Object.values(EVIL).join('')}\r\n`)
    })
    const { code, err } = await coatcheck(['count', '--store', 'loud:'])
    expect([code, err.split('\n').length]).toEqual([1, 2])
    expect(err).not.toMatch(RAW)
  })

  it('doctor: what a store tells is one line without control characters', async () => {
    const { MapStore } = await import('../../session/test/support/map-backend.ts')
    const findings = Object.values(EVIL).map(text => ({ name: 'x', level: 'ok', text }))
    registerScheme('chatty', () => Object.assign(new MapStore(), { diagnose: async () => findings }))
    for (const flags of [[], ['--json']]) {
      const { out } = await coatcheck(['doctor', '--store', 'chatty:', ...flags])
      expect(out).not.toMatch(RAW)
      expect(out).not.toMatch(/^sha256/m)
    }
  })
})

it('printable: other text stays as it is', () => {
  const text = 'Zoë 東京 🧥 naïve ~`\\'
  expect([printable(text), JSON.parse(printableJson(text))]).toEqual([text, text])
})

it('printable: characters above U+FFFF are escaped so that JSON can read them', () => {
  const text = 'tag \u{e0041}\ud800'
  expect(printable(text)).toBe('tag \\udb40\\udc41\\ud800')
  expect(JSON.parse(printableJson(text))).toBe(text)
})

it('word: a name of several words is quoted', () => {
  expect(['user', 'two words', '', 'a"b'].map(word)).toEqual(['user', '"two words"', '""', '"a\\"b"'])
})
