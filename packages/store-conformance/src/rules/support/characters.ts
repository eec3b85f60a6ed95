import * as fc from 'fast-check'

/**
 * Any character of Unicode, usually one that shrinks to a letter. The unit `binary` of fast-check does the same, but takes seconds to set
 * up.
 */
export function anyCharacter(): fc.Arbitrary<string> {
  const wide = fc.integer({ min: 0, max: 0x10_ffff }).map(point => {
    const surrogate = point >= 0xd800 && point <= 0xdfff
    return String.fromCodePoint(surrogate ? point - 0xd800 : point)
  })
  return fc.oneof(fc.constantFrom(...'abcé€\u0301'), fc.integer({ min: 0, max: 255 }).map(fromCode), wide)
}

function fromCode(code: number): string {
  return String.fromCharCode(code)
}
