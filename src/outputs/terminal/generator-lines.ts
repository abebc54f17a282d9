import type { GeneratorVerdict, Summary } from '../../results/summary.ts'
import { formatCount, formatTime } from './format.ts'
import type { Style } from './style.ts'
import { neutralised, wrapped } from './text.ts'

/** Whether the numbers are the target's or ours, and what to do about it. */
export function generatorLines({ generator }: Summary, { style, columns }: { style: Style; columns: number }): string[] {
  const facts = [
    `${formatCount(generator.workers)} worker${generator.workers === 1 ? '' : 's'}`,
    `CPU ${Math.round(generator.cpuRatio * 100)}%`,
    `event-loop delay p99 ${formatTime(generator.loopDelayMsP99)}`,
    `${formatCount(generator.lateStarts)} late starts`,
  ]
  const reasons = generator.reasons.flatMap((reason) => bullet(neutralised(reason), columns))
  return [
    `    ${verdictText(generator, style)}`,
    ...wrapped(facts.join(' · '), columns - 6).map((line) => style.faint(`      ${line}`)),
    ...reasons,
  ]
}

function verdictText({ verdict }: GeneratorVerdict, style: Style): string {
  switch (verdict) {
    case 'ok':
      return style.good('✓ ok: the numbers are the target’s')
    case 'limited':
      return style.doubtful('! limited: the throughput is ours, not the target’s')
    case 'unreliable':
      return style.bad('✗ unreliable: the latency is partly ours, not the target’s')
  }
}

/** One bullet of a list, wrapped under its own text. */
export function bullet(text: string, columns: number): string[] {
  return wrapped(text, columns - 8).map((line, at) => (at === 0 ? `    • ${line}` : `      ${line}`))
}
