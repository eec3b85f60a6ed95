import { describeDeviceBound } from './device-bound.ts'
import { fetchDoor } from './fetch-door.ts'
import { nodeDoor } from './node-door.ts'

for (const door of [nodeDoor, fetchDoor]) describeDeviceBound(door)
