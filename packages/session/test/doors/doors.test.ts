import { describeDoor } from './behaviours.ts'
import { fetchDoor } from './fetch-door.ts'
import { nodeDoor } from './node-door.ts'
import { describeTenants } from './tenants.ts'
import { describeTransport } from './transports.ts'

for (const door of [nodeDoor, fetchDoor]) {
  describeDoor(door)
  describeTransport(door)
  describeTenants(door)
}
