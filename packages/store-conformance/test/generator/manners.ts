import { forms, granularities, latencies, misses, styles } from './manners-of-calls.ts'
import { limits, lists, methods, places, results } from './manners-of-data.ts'

/** The manners of a sound store, one of each list; what refuses something comes after what saves in another way. */
export const manners = {
  methods,
  results,
  limits,
  lists,
  granularities,
  misses,
  latencies,
  styles,
  forms,
  places,
}
