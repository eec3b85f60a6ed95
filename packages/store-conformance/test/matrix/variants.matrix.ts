import { describeAccepted } from '../variants/accepted.ts'
import { variants } from '../variants/index.ts'

describeAccepted(variants)
