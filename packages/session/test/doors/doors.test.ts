import { describeDoor } from './behaviours.ts'
import { fetchDoor } from './fetch-door.ts'
import { nodeDoor } from './node-door.ts'
import { describeTransport } from './transports.ts'

for (const door of [nodeDoor, fetchDoor]) {
  describeDoor(door)
  describeTransport(door)
}
