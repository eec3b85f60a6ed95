import { measureCluster } from './scale/cluster.mjs'
import { measureMemory } from './scale/memory.mjs'
import { measureSizes, OPERATIONS } from './scale/sizes.mjs'

/** Measures what grows: the number of sessions, of processes, of connections and of requests in flight. */
export async function measure(options) {
  const memory = await measureMemory(options)
  const cluster = await measureCluster(options)
  const sizes = await measureSizes(options)
  return {
    title: 'Scale',
    method:
      `Time of an operation (${OPERATIONS.join(', ')}) on a random one of all sessions, each of about 700 bytes, 32 in flight: the store reads it; reads, changes and writes it; the bare driver reads it. The stores of all sizes are there at ` +
      'once and are measured in interleaved rounds: medians, in brackets the quartiles. The last column is the time with the most sessions divided by that with the fewest. ' +
      'A million sessions do not fit in the caches of the processor, and an index of them is deeper, so the aim is not 1 but 1.5.',
    columns: sizes.columns,
    rows: sizes.rows,
    tables: [cluster, memory].map(({ text, columns, rows }) => ({ text, columns, rows })),
    aims: [...sizes.aims, ...cluster.aims],
    charts: [sizes.chart],
    figures: { sizes: sizes.figures, cluster: cluster.figures, memory: memory.figures },
  }
}
