import type { Http } from '../http.ts'
import { outsideRun } from './outside-run.ts'

export type { BatchItem, Http, RequestOptions } from '../http.ts'
export type { CookieStore, HttpAuth, HttpBody, HttpResponse, HttpTimings, MultipartPart } from '../../protocols/http/types.ts'

const http: Http = outsideRun('http')
export default http
