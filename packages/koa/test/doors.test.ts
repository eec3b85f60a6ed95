import { describeDoor } from '../../session/test/doors/behaviours.ts'
import { describeDeviceBound } from '../../session/test/doors/device-bound.ts'
import { describeTenants } from '../../session/test/doors/tenants.ts'
import { describeTransport } from '../../session/test/doors/transports.ts'
import { koaDoor } from './support/koa-door.ts'
import { versions } from './support/versions.ts'

for (const [name, koa] of versions) {
  const door = koaDoor(name, koa)
  describeDoor(door)
  describeTransport(door)
  describeTenants(door)
  describeDeviceBound(door)
}
