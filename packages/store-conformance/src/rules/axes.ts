/** Broken stores often fail at the far end of one of these axes. */
export type Axis = 'number' | 'size' | 'parallelism' | 'time' | 'repetition'
