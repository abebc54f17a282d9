import type { ScenarioState } from '../../metrics/snapshot.ts'
import type { Scenario, TestPlan } from '../../plan/plan.ts'
import { formatCount, formatPerSecond, formatRatio, formatTime } from './format.ts'
import type { LiveState } from './live-state.ts'
import { sparkline } from './sparkline.ts'
import type { Style } from './style.ts'
import { clipped, neutralised, padded, widthOf } from './text.ts'

export interface LiveViewOptions {
  readonly plan: TestPlan
  readonly columns: number
  readonly style: Style
}

const maxScenarioLines = 12
const maxNameColumns = 24

/** The lines of the live view for the last second. */
export function liveLines(state: LiveState, options: LiveViewOptions): string[] {
  const { style } = options
  return [
    `${style.bold('running')} ${clockText(state.second + 1)} · ${vusText(state)} · ${iterationsText(state, style)}`,
    ...scenarioLines(state, options),
    trafficLine(state, options),
    generatorLine(state, style),
  ]
}

/** The last second as one plain line, for logs. */
export function plainLine(state: LiveState): string {
  const parts = [clockText(state.second + 1), vusText(state), `${formatPerSecond(state.iterationsPerSecond)} iterations`]
  if (state.hasHttp)
    parts.push(`${formatPerSecond(state.requestsPerSecond)} requests`, `${formatCount(state.failedRequests)} failed`)
  const p95 = state.p95History.at(-1)
  if (p95 !== undefined) parts.push(`p95 ${formatTime(p95)}`)
  if (state.dropped > 0) parts.push(`${formatCount(state.dropped)} dropped`)
  if (state.exceptions > 0) parts.push(`${formatCount(state.exceptions)} exceptions`)
  const progress = state.scenarios.map(({ scenario, doneRatio }) => `${neutralised(scenario)} ${percent(doneRatio)}`)
  const shown = progress.length > 4 ? [...progress.slice(0, 4), `and ${progress.length - 4} more`] : progress
  return [...parts, ...shown].join('  ')
}

function scenarioLines(state: LiveState, options: LiveViewOptions): string[] {
  const nameColumns = Math.min(
    maxNameColumns,
    Math.max(0, ...state.scenarios.map(({ scenario }) => widthOf(neutralised(scenario)))),
  )
  const shown = state.scenarios.slice(0, maxScenarioLines)
  const lines = shown.map((scenario) => scenarioLine(scenario, nameColumns, options))
  const hiddenCount = state.scenarios.length - shown.length
  return hiddenCount > 0 ? [...lines, options.style.faint(`  … and ${hiddenCount} more scenarios`)] : lines
}

function scenarioLine(state: ScenarioState, nameColumns: number, { plan, columns, style }: LiveViewOptions): string {
  const planned = plan.scenarios.find(({ name }) => name === state.scenario)
  const name = padded(clipped(neutralised(state.scenario), nameColumns), nameColumns)
  const vus = `${state.activeVus}/${state.initializedVus} VUs`
  const detail = [percent(state.doneRatio).padStart(4), vus, planned && workText(planned, state)].filter(Boolean).join('  ')
  const barColumns = Math.min(30, columns - nameColumns - widthOf(detail) - 8)
  const bar = barColumns >= 8 ? `${progressBar(state.doneRatio, barColumns, style)} ` : ''
  return `  ${state.doneRatio >= 1 ? style.good(name) : name} ${bar}${detail}`
}

/** What of the scenario's own measure is done: iterations where they are planned, else time. */
function workText(scenario: Scenario, state: ScenarioState): string {
  const done = Math.min(1, Math.max(0, state.doneRatio))
  switch (scenario.executor) {
    case 'shared-iterations':
      return `${formatCount(state.completed)}/${formatCount(scenario.iterations)} iterations`
    case 'per-vu-iterations':
      return `${formatCount(state.completed)}/${formatCount(scenario.iterations * scenario.vus)} iterations`
    case 'constant-vus':
      return timeOf(done, scenario.durationMs)
    case 'constant-arrival-rate':
      return `${timeOf(done, scenario.durationMs)}  ${formatPerSecond((scenario.rate * 1000) / scenario.timeUnitMs)}`
    case 'ramping-vus':
    case 'ramping-arrival-rate':
      return timeOf(
        done,
        scenario.stages.reduce((total, stage) => total + stage.durationMs, 0),
      )
  }
}

function timeOf(doneRatio: number, durationMs: number): string {
  return `${clockText(Math.round((doneRatio * durationMs) / 1000))}/${clockText(durationMs / 1000)}`
}

function progressBar(ratio: number, columns: number, style: Style): string {
  const inside = columns - 2
  const filled = Math.round(Math.min(1, Math.max(0, ratio)) * inside)
  return `[${style.value('━'.repeat(filled))}${' '.repeat(inside - filled)}]`
}

function trafficLine(state: LiveState, { columns, style }: LiveViewOptions): string {
  const parts = state.hasHttp
    ? [`${formatPerSecond(state.requestsPerSecond)} requests`, failedText(state, style)]
    : [`${formatPerSecond(state.iterationsPerSecond)} iterations`]
  if (state.failedChecks > 0) parts.push(style.bad(`${formatCount(state.failedChecks)} checks failed`))
  const p95 = state.p95History.at(-1)
  const line = `  ${[...parts, `p95 ${p95 === undefined ? '–' : formatTime(p95)}`].join(' · ')}`
  const room = Math.min(40, columns - widthOf(line) - 3)
  return room >= 5 ? `${line}  ${style.value(sparkline(state.p95History, room))}` : line
}

function failedText({ failedRequests, requests }: LiveState, style: Style): string {
  const text = `${formatCount(failedRequests)} failed`
  return failedRequests > 0 ? style.bad(`${text} (${formatRatio(failedRequests / requests)})`) : text
}

function generatorLine({ cpuRatio, loopDelayMs }: LiveState, style: Style): string {
  const isStrained = cpuRatio > 0.9 || loopDelayMs > 10
  const text = `  generator: CPU ${percent(cpuRatio)}, event-loop delay p99 ${formatTime(loopDelayMs)}`
  return isStrained ? style.doubtful(text) : style.faint(text)
}

function vusText(state: LiveState): string {
  return `${formatCount(state.activeVus)}/${formatCount(state.initializedVus)} VUs`
}

function iterationsText(state: LiveState, style: Style): string {
  const parts = [`${formatCount(state.completed)} iterations (${formatPerSecond(state.iterationsPerSecond)})`]
  if (state.interrupted > 0) parts.push(`${formatCount(state.interrupted)} interrupted`)
  if (state.dropped > 0) parts.push(style.doubtful(`${formatCount(state.dropped)} dropped`))
  if (state.exceptions > 0) parts.push(style.bad(`${formatCount(state.exceptions)} exceptions`))
  return parts.join(' · ')
}

/** `9s`, `1m05s`, `1h02m03s`: grows, but does not jump about. */
function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  if (hours > 0) return `${hours}h${two(Math.floor((whole % 3600) / 60))}m${two(whole % 60)}s`
  return whole >= 60 ? `${Math.floor(whole / 60)}m${two(whole % 60)}s` : `${whole}s`
}

/** Rounded down, so that only all of it is 100 %. */
function percent(ratio: number): string {
  return `${Math.floor(Math.max(0, ratio) * 100 + 1e-9)}%`
}
