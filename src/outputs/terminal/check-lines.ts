import type { CheckSummary, Summary } from '../../results/summary.ts'
import { formatCount, formatRatio } from './format.ts'
import type { Style } from './style.ts'
import { neutralised } from './text.ts'

const maxShownPassed = 20

/** Failed checks first, with their counts; then those that passed, as many as fit on a screen. */
export function checkLines({ checks }: Summary, style: Style): string[] {
  const failed = checks.filter((check) => check.fails > 0)
  const passed = checks.filter((check) => check.fails === 0)
  const hiddenCount = Math.max(0, passed.length - maxShownPassed)
  return [
    `    ${totalText(checks, style)}`,
    ...failed.map((check) => `    ${style.bad('✗')} ${nameText(check)}  ${style.bad(shareText(check))}`),
    ...passed.slice(0, maxShownPassed).map((check) => `    ${style.good('✓')} ${nameText(check)}`),
    ...(hiddenCount > 0 ? [style.faint(`    … and ${formatCount(hiddenCount)} more that passed`)] : []),
  ]
}

function totalText(checks: readonly CheckSummary[], style: Style): string {
  const passes = checks.reduce((total, check) => total + check.passes, 0)
  const all = checks.reduce((total, check) => total + check.passes + check.fails, 0)
  const ratio = all === 0 ? 0 : passes / all
  return `${style.value(formatRatio(ratio))} passed: ${formatCount(passes)} out of ${formatCount(all)}`
}

/** `group › inner › name`. */
function nameText({ group, name }: CheckSummary): string {
  return neutralised([...group.split('::').filter((part) => part !== ''), name].join(' › '))
}

function shareText({ passes, fails }: CheckSummary): string {
  return `${Math.floor((passes / (passes + fails)) * 100)}% — ✓ ${formatCount(passes)} / ✗ ${formatCount(fails)}`
}
