import type { Summary } from '../../results/summary.ts'
import { formatCount } from './format.ts'
import type { Style } from './style.ts'
import { neutralised, wrapped } from './text.ts'

const maxShown = 12

interface Kind {
  readonly text: string
  readonly count: number
  readonly isBad: boolean
}

/** How often each status and each kind of error came; nothing without HTTP. */
export function httpLines(summary: Summary, { style, columns }: { style: Style; columns: number }): string[] {
  const parts = Object.entries(summary.submetrics).filter(([key]) => key.startsWith('http_reqs{'))
  const statuses = parts.flatMap(([, { tags, values }]): Kind[] => {
    const status = tags['status']
    if (status === undefined || Object.keys(tags).length > 1) return []
    const hasAnswer = status !== '' && status !== '0'
    return [
      {
        text: hasAnswer ? neutralised(status) : 'no answer',
        count: values['count'] ?? 0,
        isBad: !hasAnswer || Number(status) >= 400,
      },
    ]
  })
  const errors = parts.flatMap(([, { tags, values }]): Kind[] => {
    const { error, error_code: code } = tags
    // Without a text it is an answer with status 400 and more: the line above says so.
    if (Object.keys(tags).some((key) => key !== 'error' && key !== 'error_code') || !error) return []
    const text = [error, code && `(${code})`].filter(Boolean).join(' ')
    return [{ text: neutralised(text), count: values['count'] ?? 0, isBad: true }]
  })
  return [...kindLines('statuses', statuses, { style, columns }), ...kindLines('errors', errors, { style, columns })]
}

function kindLines(title: string, kinds: readonly Kind[], { style, columns }: { style: Style; columns: number }): string[] {
  if (kinds.length === 0) return []
  const sorted = [...kinds].sort((a, b) => b.count - a.count)
  const shown = sorted.slice(0, maxShown).map(({ text, count }) => `${text} ×${formatCount(count)}`)
  const more = sorted.length > maxShown ? [`and ${sorted.length - maxShown} more kinds`] : []
  const hasBad = kinds.some(({ isBad }) => isBad)
  const paint = (text: string): string => (hasBad ? style.bad(text) : style.value(text))
  const [first = '', ...rest] = wrapped([...shown, ...more].join(' · '), columns - 6 - title.length)
  return [`    ${title}: ${paint(first)}`, ...rest.map((line) => `    ${' '.repeat(title.length + 2)}${paint(line)}`)]
}
