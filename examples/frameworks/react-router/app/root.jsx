import { Outlet } from 'react-router'
import { sessionMiddleware } from './sessions.server.js'

export const middleware = [sessionMiddleware]

export default function App() {
  return (
    <html lang="en">
      <body>
        <Outlet />
      </body>
    </html>
  )
}
