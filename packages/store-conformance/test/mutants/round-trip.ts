import { isObject, reading, recoding, without, writing } from './codec.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'
import { roundTripSessionMutants } from './round-trip-session.ts'

const values: readonly Mutant[] = [
  writing('dropNull', 'RT-01', /plain data gave \{user: .*, want \{user: /, value =>
    without(value, inner => inner === null),
  ),
  recoding('utf8mb3', 'RT-02', /Unicode \(emoji\) gave \{emoji: "\?/, text =>
    text.replace(/[\u{10000}-\u{10ffff}]/gu, '?'),
  ),
  recoding('latin1', 'RT-02', /Unicode \(latin\) gave/, text =>
    Buffer.from(text, 'latin1').toString('latin1'),
  ),
  recoding(
    'cutAtAstral',
    'RT-02',
    /after set\(\) of Unicode \(emoji\) failed with Error: the stored session is damaged/,
    text => text.replace(/[\u{10000}-\u{10ffff}].*/u, ''),
  ),
  recoding('nfcData', 'RT-02', /Unicode \(combining\) gave/, text => text.normalize('NFC')),
  recoding('stripBom', 'RT-02', /Unicode \(bom\) gave \{bom: "start/, text => text.replaceAll('\ufeff', '')),
  recoding('stripNul', 'RT-03', /a text with NUL gave \{text: "nulinside"\}/, text =>
    text.replaceAll('\\u0000', ''),
  ),
  reading('stripControls', 'RT-03', /the control characters 1 to 31 gave \{text: "\\t/, value =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is dropped
    typeof value === 'string' ? value.replace(/[\u0001-\u0008\u000e-\u001f]/g, '') : value,
  ),
  reading('nulTerminated', 'RT-03', /a text with NUL gave \{text: "nul"\}/, value =>
    typeof value === 'string' ? value.split('\u0000')[0] : value,
  ),
  reading('loneReplaced', 'RT-04', /half a pair gave \{text: "cut \ufffd"\}/, value =>
    typeof value === 'string' ? Buffer.from(value).toString() : value,
  ),
  writing('int32', 'RT-05', /numbers gave .*past32: 1/, value =>
    Number.isInteger(value) && Math.abs(value) < 1e20 ? value | 0 : value,
  ),
  writing('float32', 'RT-05', /numbers gave .*want \{zero: 0/, value =>
    typeof value === 'number' ? Math.fround(value) : value,
  ),
  reading('bigintAsText', 'RT-05', /numbers gave .*past32: "4294967297"/, value =>
    Number.isInteger(value) && Math.abs(value) > 2 ** 31 ? String(value) : value,
  ),
  writing('flushToZero', 'RT-05', /the least and the greatest number gave \{tiny: 0/, value =>
    typeof value === 'number' && Math.abs(value) < 2.3e-308 ? 0 : value,
  ),
  writing('dropFalsy', 'RT-06', /empty values gave \{list: /, value => without(value, inner => !inner)),
  writing('emptyToNull', 'RT-06', /empty values gave \{nothing: null, text: null/, value =>
    value === '' ? null : value,
  ),
  writing('dropEmpty', 'RT-07', /empty objects and arrays gave \{cart: \[\], nested/, value =>
    without(value, inner => isObject(inner) && Object.keys(inner).length === 0),
  ),
  writing('emptyArrayToObject', 'RT-07', /empty objects and arrays gave \{cart: \{\}/, value =>
    Array.isArray(value) && value.length === 0 ? {} : value,
  ),
  reading('arrayToObject', 'RT-08', /arrays gave \{order: \{"?0"?: 3/, value =>
    Array.isArray(value) ? { ...value } : value,
  ),
  writing('arraysAsSets', 'RT-08', /arrays gave \{order: \[3, 1, 2, 10\]/, value =>
    Array.isArray(value) ? [...new Set(value)] : value,
  ),
  writing('flattens', 'RT-08', /arrays gave .*mixed: \[1, "one", null, 2, /, value =>
    Array.isArray(value) ? value.flat(9) : value,
  ),
  reading('autoParse', 'RT-09', /look like something else gave .*phone: "?\w*"?/, value => {
    try {
      return typeof value === 'string' ? JSON.parse(value) : value
    } catch {
      return value
    }
  }),
  reading('reviveDates', 'RT-09', /look like something else gave \{date: Date\(/, value =>
    /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : value,
  ),
  writing('dotsToUnderscore', 'RT-10', /gave \{a_b: 1/, value =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll('.', '_'), inner]))
      : value,
  ),
  writing('dropOperators', 'RT-10', /gave \{"a\.b": 1, byHost/, value =>
    without(value, (_, key) => key.startsWith('$')),
  ),
  mutant('protoAssign', 'RT-11', /the names __proto__, constructor and toJSON gave/, Base => {
    const copy = (value: Data): Data => {
      if (!isObject(value)) return value
      const target: Data = {}
      for (const key of Object.keys(value)) target[key] = copy(value[key])
      return target
    }
    return class extends Base {
      override parse(text: string) {
        return copy(super.parse(text))
      }
    }
  }),
  mutant('pollutes', 'RT-11', /\(\{\}\)\.polluted after set\(\) and get\(\).* gave true/, Base => {
    const merge = (target: Data, source: Data): Data => {
      for (const key of Object.keys(source)) {
        const inner = source[key]
        target[key] = isObject(inner) && isObject(target[key]) ? merge(target[key], inner) : inner
      }
      return target
    }
    return class extends Base {
      override parse(text: string) {
        const session = super.parse(text)
        return { ...session, ...(session.body ? { body: merge({}, session.body) } : {}) }
      }
    }
  }),
]

export const roundTripMutants: readonly Mutant[] = [...values, ...roundTripSessionMutants]
