import { builtin, type MetricDefinition, type MetricId, type TagSetId } from '../../metrics/definition.ts'
import type { Recorder } from '../../metrics/recorder.ts'

/** One series, looked up once: what is added costs no search. */
export interface SampleSink {
  add(value: number): void
}

/** A registry. `sink` finds the series of a metric and a tag set. */
export interface SampleRecorder extends Recorder {
  sink(metric: MetricId, tags: TagSetId): SampleSink
}

/** What one hop measured. Times are readings in ms; the phases are their differences. */
export interface HopTimes {
  readonly blockedMs: number
  readonly connectMs: number
  readonly tlsMs: number
  readonly sendStartMs: number
  readonly sentMs: number
  readonly firstByteMs: number
  readonly endMs: number
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly requestBodyBytes: number
  readonly bodyBytes: number
}

/** What a hop's tags depend on beside method, name and URL. */
export interface HopResult {
  readonly status: number
  /** 0 HTTP/1.1, 1 HTTP/1.0, 2 HTTP/2, 3 none. */
  readonly protocolIndex: number
  readonly tlsVersion: string | undefined
  readonly isExpected: boolean
  readonly error: string
  readonly errorCode: number
  readonly remoteAddress: string
}

/** The `proto` tag by `HopResult.protocolIndex`. */
export const protocolNames = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', ''] as const

const hopMetrics = {
  reqs: builtin.httpReqs,
  failed: builtin.httpReqFailed,
  duration: builtin.httpReqDuration,
  blocked: builtin.httpReqBlocked,
  connecting: builtin.httpReqConnecting,
  tls: builtin.httpReqTlsHandshaking,
  sending: builtin.httpReqSending,
  waiting: builtin.httpReqWaiting,
  receiving: builtin.httpReqReceiving,
  responseTime: builtin.httpReqResponseTime,
  requestBody: builtin.httpReqBodyBytes,
  responseBody: builtin.httpResBodyBytes,
} satisfies Record<string, MetricDefinition>

type HopMetricIds = Readonly<Record<keyof typeof hopMetrics | 'dataSent' | 'dataReceived', MetricId>>

/** The series that one kind of hop (tags, name, status, …) feeds. */
export class HopSeries {
  readonly #reqs: SampleSink
  readonly #failed: SampleSink
  readonly #duration: SampleSink
  readonly #blocked: SampleSink
  readonly #connecting: SampleSink
  readonly #tls: SampleSink
  readonly #sending: SampleSink
  readonly #waiting: SampleSink
  readonly #receiving: SampleSink
  readonly #dataSent: SampleSink
  readonly #dataReceived: SampleSink
  readonly #recorder: SampleRecorder
  readonly #ids: HopMetricIds
  readonly #tags: TagSetId
  #requestBody: SampleSink | undefined
  #responseBody: SampleSink | undefined
  #responseTime: SampleSink | undefined

  constructor(recorder: SampleRecorder, ids: HopMetricIds, baseTags: TagSetId, tags: TagSetId) {
    this.#recorder = recorder
    this.#ids = ids
    this.#tags = tags
    this.#reqs = recorder.sink(ids.reqs, tags)
    this.#failed = recorder.sink(ids.failed, tags)
    this.#duration = recorder.sink(ids.duration, tags)
    this.#blocked = recorder.sink(ids.blocked, tags)
    this.#connecting = recorder.sink(ids.connecting, tags)
    this.#tls = recorder.sink(ids.tls, tags)
    this.#sending = recorder.sink(ids.sending, tags)
    this.#waiting = recorder.sink(ids.waiting, tags)
    this.#receiving = recorder.sink(ids.receiving, tags)
    this.#dataSent = recorder.sink(ids.dataSent, baseTags)
    this.#dataReceived = recorder.sink(ids.dataReceived, baseTags)
  }

  /** One hop is over. `duration` is from the first byte written to the last byte read. */
  record(hop: HopTimes, isExpected: boolean): void {
    const { sendStartMs, sentMs, firstByteMs, endMs } = hop
    this.#reqs.add(1)
    this.#failed.add(isExpected ? 0 : 1)
    this.#duration.add(endMs - sendStartMs)
    this.#blocked.add(hop.blockedMs)
    this.#connecting.add(hop.connectMs)
    this.#tls.add(hop.tlsMs)
    this.#sending.add(sentMs - sendStartMs)
    this.#waiting.add(firstByteMs - sentMs)
    this.#receiving.add(endMs - firstByteMs)
    this.#dataSent.add(hop.sentBytes)
    this.#dataReceived.add(hop.receivedBytes)
    if (hop.requestBodyBytes > 0)
      (this.#requestBody ??= this.#recorder.sink(this.#ids.requestBody, this.#tags)).add(hop.requestBodyBytes)
    if (hop.bodyBytes > 0) (this.#responseBody ??= this.#recorder.sink(this.#ids.responseBody, this.#tags)).add(hop.bodyBytes)
  }

  recordResponseTime(valueMs: number): void {
    this.#responseTime ??= this.#recorder.sink(this.#ids.responseTime, this.#tags)
    this.#responseTime.add(valueMs)
  }
}

const tlsIndexes: Readonly<Record<string, number>> = { 'TLSv1.3': 1, 'TLSv1.2': 2, 'TLSv1.1': 3, TLSv1: 4 }
const tlsTags: Readonly<Record<string, string>> = {
  'TLSv1.3': 'tls1.3',
  'TLSv1.2': 'tls1.2',
  'TLSv1.1': 'tls1.1',
  TLSv1: 'tls1.0',
}

const maxSeriesPerName = 1000

/** Method, name and URL of a request as its tags show them, and the series found so far under them. */
export class HopName {
  readonly #book: SampleBook
  readonly #method: string
  readonly #name: string
  #series: Map<number, HopSeries> | undefined
  #lastKey = -1
  #last: HopSeries | undefined

  constructor(book: SampleBook, method: string, name: string) {
    this.#book = book
    this.#method = method
    this.#name = name
  }

  /** The series for a result under the tags of that moment. */
  seriesOf(baseTags: TagSetId, result: HopResult): HopSeries {
    const { tlsVersion } = result
    const tlsIndex = tlsVersion === undefined ? 0 : (tlsIndexes[tlsVersion] ?? 5)
    const key = (((baseTags * 1024 + result.status) * 4 + result.protocolIndex) * 8 + tlsIndex) * 2 + (result.isExpected ? 1 : 0)
    if (key === this.#lastKey && result.error === '' && this.#last !== undefined && !this.#book.isAddressTagged) return this.#last
    return this.#find(key, baseTags, result)
  }

  #find(key: number, baseTags: TagSetId, result: HopResult): HopSeries {
    // Texts of errors and addresses are not part of the key.
    if (result.error !== '' || this.#book.isAddressTagged) return this.#book.series(baseTags, this.#tagsOf(baseTags, result))
    const series = this.#series?.get(key) ?? this.#book.series(baseTags, this.#tagsOf(baseTags, result))
    // Most names ever see one kind of result: the map is made for the second.
    if (this.#last !== undefined) {
      this.#series ??= new Map([[this.#lastKey, this.#last]])
      if (this.#series.size >= maxSeriesPerName) this.#series.clear()
      this.#series.set(key, series)
    }
    this.#lastKey = key
    this.#last = series
    return series
  }

  #tagsOf(baseTags: TagSetId, result: HopResult): TagSetId {
    const tags: Record<string, string> = {}
    const put = (key: string, value: string): void => {
      if (value !== '' && this.#book.systemTags.has(key)) tags[key] = value
    }
    put('method', this.#method)
    put('name', this.#name)
    // A name given by the script is the URL as well, so that series do not multiply.
    put('url', this.#name)
    put('status', String(result.status))
    put('proto', protocolNames[result.protocolIndex] ?? '')
    put('expected_response', String(result.isExpected))
    put('error', result.error)
    put('error_code', result.errorCode === 0 ? '' : String(result.errorCode))
    put('tls_version', result.tlsVersion === undefined ? '' : (tlsTags[result.tlsVersion] ?? result.tlsVersion))
    put('ip', result.remoteAddress)
    return this.#book.recorder.tagSet(baseTags, tags)
  }
}

const maxNameCount = 5000
const maxSeriesCount = 20_000

/** Finds the series of hops. One per worker; what it caches is bounded. */
export class SampleBook {
  readonly recorder: SampleRecorder
  readonly systemTags: ReadonlySet<string>
  readonly isAddressTagged: boolean
  readonly #ids: HopMetricIds
  readonly #names = new Map<string, HopName>()
  readonly #series = new Map<number, HopSeries>()

  constructor(recorder: SampleRecorder, systemTags: readonly string[]) {
    this.recorder = recorder
    this.systemTags = new Set(systemTags)
    this.isAddressTagged = this.systemTags.has('ip')
    const ids: Record<string, MetricId> = {}
    for (const [key, definition] of Object.entries(hopMetrics)) ids[key] = recorder.define(definition)
    ids.dataSent = recorder.define(builtin.dataSent)
    ids.dataReceived = recorder.define(builtin.dataReceived)
    this.#ids = ids as HopMetricIds
  }

  /** The name of a request for tags: what a script called it, or its URL. */
  name(method: string, name: string): HopName {
    const key = `${method} ${name}`
    let known = this.#names.get(key)
    if (known === undefined) {
      if (this.#names.size >= maxNameCount) this.#names.clear()
      known = new HopName(this, method, name)
      this.#names.set(key, known)
    }
    return known
  }

  /** The same for a name that will hardly come again: not kept. */
  onceName(method: string, name: string): HopName {
    return new HopName(this, method, name)
  }

  /** Bytes of an exchange that ended without samples of its own. */
  recordTraffic(baseTags: TagSetId, sentBytes: number, receivedBytes: number): void {
    this.recorder.record(this.#ids.dataSent, sentBytes, baseTags)
    this.recorder.record(this.#ids.dataReceived, receivedBytes, baseTags)
  }

  series(baseTags: TagSetId, tags: TagSetId): HopSeries {
    const key = baseTags * 4_194_304 + tags
    let series = this.#series.get(key)
    if (series === undefined) {
      if (this.#series.size >= maxSeriesCount) this.#series.clear()
      series = new HopSeries(this.recorder, this.#ids, baseTags, tags)
      this.#series.set(key, series)
    }
    return series
  }
}
