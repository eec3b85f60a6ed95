import { describeDoor } from '../../session/test/doors/behaviours.ts'
import { honoDoor, honoOnNodeDoor } from './support/hono-door.ts'

describeDoor(honoDoor)
describeDoor(honoOnNodeDoor)
