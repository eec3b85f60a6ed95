/** The coats that one can hand in. */
export const COATS = ['burgundy', 'forest', 'navy', 'camel'] as const
export type Coat = (typeof COATS)[number]

export function coatFrom(value: unknown): Coat {
  return COATS.find(coat => coat === value) ?? COATS[0]
}
