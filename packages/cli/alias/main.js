#!/usr/bin/env node
import { processIo, run } from '@coatcheck/cli'

process.exitCode = await run(process.argv.slice(2), processIo())
