/**
 * Measures every variant once per round. Each round begins with another variant, so that changes over time affect all of them alike.
 * Returns the samples of each variant in the order of the rounds.
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

/** One field of all samples. */
export function column(samples, field) {
  return samples.map(sample => sample[field])
}
