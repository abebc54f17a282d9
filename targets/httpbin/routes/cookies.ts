import { sortedObject } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { redirect } from './redirects.ts'

/** Cookies shown, set and deleted. `attr[Path]=/x` and the like in the query set attributes. */
export const cookieRoutes: readonly RouteSpec[] = [
  { pattern: '/cookies', answer: (exchange) => exchange.json({ cookies: sortedObject(requestCookies(exchange)) }) },
  { pattern: '/cookies/set', answer: (exchange) => redirect(exchange, '/cookies', 302, setCookies(exchange, '')) },
  {
    pattern: '/cookies/delete',
    answer: (exchange) =>
      redirect(exchange, '/cookies', 302, setCookies(exchange, '; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0')),
  },
]

function requestCookies(exchange: Exchange): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (exchange.header('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at < 0) continue
    const value = pair.slice(at + 1).trim()
    cookies.set(
      pair.slice(0, at).trim(),
      value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value,
    )
  }
  return cookies
}

function setCookies(exchange: Exchange, expiry: string): string[] {
  const attributes = new Map<string, string>()
  const cookies: [string, string][] = []
  for (const [name, value] of exchange.search) {
    const attribute = /^attr\[(.+)\]$/i.exec(name)?.[1]
    if (attribute === undefined) cookies.push([name, value])
    else attributes.set(attribute.toLowerCase(), value)
  }
  const suffix = attributeText(attributes, exchange.scheme === 'https') + expiry
  return cookies.flatMap(([name, value]) => ['Set-Cookie', `${printable(name)}=${printable(value)}${suffix}`])
}

function attributeText(attributes: ReadonlyMap<string, string>, isSecureByDefault: boolean): string {
  const flag = (name: string, fallback: boolean): boolean => {
    const value = attributes.get(name)
    return value === undefined ? fallback : value === '1' || value.toLowerCase() === 'true'
  }
  const valued = (name: string, label: string): string => {
    const value = attributes.get(name)
    return value === undefined ? '' : `; ${label}=${printable(value)}`
  }
  return [
    `; Path=${printable(attributes.get('path') ?? '/')}`,
    valued('domain', 'Domain'),
    valued('expires', 'Expires'),
    valued('max-age', 'Max-Age'),
    flag('httponly', true) ? '; HttpOnly' : '',
    flag('secure', isSecureByDefault) ? '; Secure' : '',
    valued('samesite', 'SameSite'),
  ].join('')
}

/** Without what cannot stand in a Set-Cookie value. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]|[;]/g, '')
}
