// Runs the conformance suite on the driver that this runtime brings, and prints what came of it as the last line.
import { createRequire } from 'node:module'
import { formatFailure, rules, runConformance } from '@coatcheck/store-conformance'
import type { SqliteClient } from '@coatcheck/store-sqlite'
import { subjectOn } from './subject.ts'

const [module, name] = process.versions.bun ? ['bun:sqlite', 'Database'] : ['node:sqlite', 'DatabaseSync']
const Database = createRequire(import.meta.url)(module!)[name!] as new (file: string) => SqliteClient
const report = await runConformance(subjectOn(module!, file => new Database(file)))
const failed = report.rules.filter(rule => /^(fail|warn|flaky|error)$/.test(rule.verdict))
const broken = failed.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
const kept = report.rules.filter(rule => rule.verdict === 'pass').length
const { conforms, stray } = report
console.log(JSON.stringify({ module, conforms, stray, broken, kept }))
process.exit()
