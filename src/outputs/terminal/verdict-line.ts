import { exitCode } from '../../base/exit-code.ts'
import type { Summary, ThresholdSummary } from '../../results/summary.ts'
import { formatCount, formatTime } from './format.ts'
import type { Style } from './style.ts'
import { neutralised } from './text.ts'
import { thresholdValueText } from './threshold-lines.ts'

/** The first thing to read: passed or failed, what failed and why, then what was done. */
export function verdictLines(summary: Summary, style: Style): string[] {
  return [headline(summary, style), style.faint(`  ${factsText(summary)}`)]
}

function headline(summary: Summary, style: Style): string {
  const { status, exitCode: code, partial } = summary.run
  const suffix = partial ? ' (partial: some workers were lost)' : ''
  switch (status) {
    case 'passed':
      return style.good(style.bold(`✓ ${passedText(summary)}${suffix}`))
    case 'failed':
      return style.bad(style.bold(`✗ Failed: ${failedText(summary)} (exit code ${code})${suffix}`))
    case 'aborted':
      return style.bad(style.bold(`✗ Aborted: ${abortedText(summary)} (exit code ${code})${suffix}`))
    case 'error':
      return style.bad(style.bold(`✗ Error: ${errorText(summary)} (exit code ${code})${suffix}`))
  }
}

function passedText({ thresholds }: Summary): string {
  if (thresholds.length === 0) return 'Finished: no thresholds were set, so nothing was judged'
  return thresholds.length === 1 ? 'Passed: the threshold holds' : `Passed: all ${thresholds.length} thresholds hold`
}

function failedText(summary: Summary): string {
  switch (summary.run.exitCode) {
    case exitCode.markedFailed:
      return 'the script marked the run as failed'
    case exitCode.partial:
      return 'workers were lost'
    case exitCode.inconclusive:
      return 'the run is inconclusive'
    case exitCode.generatorUnreliable:
      return 'the generator was unreliable and --strict-generator is set'
    default:
      return crossedText(summary)
  }
}

function crossedText(summary: Summary): string {
  const failed = summary.thresholds.filter((threshold) => !threshold.ok)
  const [first] = failed
  if (!first) return 'see the notes'
  const head = summary.thresholds.length === 1 ? 'the threshold' : `${failed.length} of ${summary.thresholds.length} thresholds:`
  const others = failed.length > 1 ? ` and ${failed.length - 1} more` : ''
  return `${head} ${neutralised(first.metric)} ${neutralised(first.source)}, ${measuredText(first, summary)}${others}`
}

function measuredText(threshold: ThresholdSummary, summary: Summary): string {
  return threshold.noData ? 'no data' : `measured ${thresholdValueText(threshold, summary)}`
}

function abortedText({ run }: Summary): string {
  switch (run.exitCode) {
    case exitCode.interrupted:
      return 'interrupted'
    case exitCode.scriptAborted:
      return 'the script aborted the run'
    case exitCode.stoppedRemotely:
      return 'stopped from outside'
    default:
      return 'see the notes'
  }
}

function errorText({ run }: Summary): string {
  switch (run.exitCode) {
    case exitCode.setupTimeout:
      return 'setup() took too long'
    case exitCode.teardownTimeout:
      return 'teardown() took too long'
    case exitCode.timeout:
      return 'a time limit was reached'
    case exitCode.scriptException:
      return 'the script threw in init, setup or teardown'
    case exitCode.invalidConfig:
      return 'the options are not valid'
    default:
      return 'see the message below'
  }
}

function factsText({ run, metrics, checks }: Summary): string {
  const facts = [formatTime(run.durationMs)]
  const iterations = metrics['iterations']?.values['count']
  const requests = metrics['http_reqs']?.values['count']
  const failed = metrics['http_req_failed']?.values['passes'] ?? 0
  if (iterations !== undefined) facts.push(`${formatCount(iterations)} iterations`)
  if (requests !== undefined) facts.push(`${formatCount(requests)} requests, ${formatCount(failed)} failed`)
  const failedChecks = checks.reduce((total, check) => total + check.fails, 0)
  if (checks.length > 0) facts.push(failedChecks === 0 ? 'all checks passed' : `${formatCount(failedChecks)} checks failed`)
  return facts.join(' · ')
}
