/**
 * Measure every variant once per round, each round beginning with another one, so that what changes over time hits all alike.
 * Gives the samples of each variant in the order of the rounds.
 */
export async function interleave(rounds, variants, measure) {
  const samples = Object.fromEntries(variants.map(variant => [variant, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < variants.length; i++) {
      const variant = variants[(round + i) % variants.length]
      samples[variant].push(await measure(variant, round))
    }
    process.stdout.write('.')
  }
  process.stdout.write('\n')
  return samples
}

/** One field of each sample. */
export function column(samples, field) {
  return samples.map(sample => sample[field])
}
