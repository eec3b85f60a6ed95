import { describeDoor } from '../../session/test/doors/behaviours.ts'
import { describeDeviceBound } from '../../session/test/doors/device-bound.ts'
import { describeTenants } from '../../session/test/doors/tenants.ts'
import { describeTransport } from '../../session/test/doors/transports.ts'
import { honoDoor, honoOnNodeDoor } from './support/hono-door.ts'

for (const door of [honoDoor, honoOnNodeDoor]) {
  describeDoor(door)
  describeTransport(door)
  describeTenants(door)
  describeDeviceBound(door)
}
