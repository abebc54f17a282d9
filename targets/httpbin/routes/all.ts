import { Refusal } from '../exchange.ts'
import { Router } from '../router.ts'
import { authenticationRoutes } from './authentication.ts'
import { cachingRoutes } from './caching.ts'
import { cookieRoutes } from './cookies.ts'
import { echoRoutes } from './echo.ts'
import { encodingRoutes } from './encodings.ts'
import { imageRoutes } from './images.ts'
import { pageRoutes } from './pages.ts'
import { redirectRoutes } from './redirects.ts'
import { sessionRoutes } from './session.ts'
import { streamRoutes } from './streams.ts'
import { timingRoutes } from './timing.ts'

/** The label under which `/counters` shows what fits no route. */
export const unknownRoute = '(unknown)'

/** Paths at which a WebSocket may open; `/` because public echo servers answer there. */
export const webSocketPaths: readonly string[] = ['/ws', '/websocket/echo', '/']

/** All routes of the target; `secret` signs the tokens of the login flow. */
export function createRouter(secret: string): Router {
  const webSocketRoutes = webSocketPaths.slice(0, 2).map((pattern) => ({
    pattern,
    answer: () => {
      throw new Refusal(400, 'this is a WebSocket: send an Upgrade request', ['Sec-WebSocket-Version', '13'])
    },
  }))
  return new Router(
    [
      ...pageRoutes,
      ...echoRoutes,
      ...timingRoutes,
      ...redirectRoutes,
      ...cookieRoutes,
      ...encodingRoutes,
      ...streamRoutes,
      ...authenticationRoutes,
      ...sessionRoutes(secret),
      ...cachingRoutes,
      ...imageRoutes,
      ...webSocketRoutes,
    ],
    {
      pattern: unknownRoute,
      answer: () => {
        throw new Refusal(404, '')
      },
    },
  )
}
