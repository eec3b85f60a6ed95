// All second programs, by the rule that they look at.
import { data } from './data.mjs'
import { far } from './far.mjs'
import { lists } from './lists.mjs'
import { protocol } from './protocol.mjs'
import { races } from './races.mjs'
import { time } from './time.mjs'

export const programs = { ...protocol, ...data, ...time, ...lists, ...races, ...far }
