import { describeDoor } from '../../session/test/doors/behaviours.ts'
import { koaDoor } from './support/koa-door.ts'
import { versions } from './support/versions.ts'

for (const [name, koa] of versions) describeDoor(koaDoor(name, koa))
