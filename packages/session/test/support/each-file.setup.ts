import { runAfterFile } from './after-file.ts'

runAfterFile()
