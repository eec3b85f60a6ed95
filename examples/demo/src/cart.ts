/** Things that the counter accepts besides coats. */
export const ITEMS = { umbrella: 'Umbrella', hat: 'Hat', scarf: 'Scarf', suitcase: 'Suitcase' } as const
export type Item = keyof typeof ITEMS

/** How many of each thing are in the cart. */
export type Cart = Partial<Record<Item, number>>

/** The maximum number of each thing. */
export const MOST = 9

export function itemFrom(value: unknown): Item | undefined {
  return typeof value === 'string' && Object.hasOwn(ITEMS, value) ? (value as Item) : undefined
}

export function add(cart: Cart = {}, item: Item): Cart {
  return { ...cart, [item]: Math.min((cart[item] ?? 0) + 1, MOST) }
}

export function remove(cart: Cart = {}, item: Item): Cart {
  const { [item]: count = 0, ...rest } = cart
  return count > 1 ? { ...rest, [item]: count - 1 } : rest
}

export function size(cart: Cart = {}): number {
  return Object.values(cart).reduce((sum, count) => sum + count, 0)
}
