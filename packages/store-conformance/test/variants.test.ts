import { describeAccepted } from './variants/accepted.ts'
import { variants } from './variants/index.ts'

// Each third one. `npm run mutants` tests all of them.
describeAccepted(variants.filter((_, i) => i % 3 === 0))
