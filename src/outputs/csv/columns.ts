/** Columns between the value and the extra tags: the system tags that the run may set, sorted. */
export function tagColumns(systemTags: readonly string[]): readonly string[] {
  return [...new Set(systemTags)].sort()
}

export function headerLine(systemTags: readonly string[]): string {
  return `${['metric_name', 'timestamp', 'metric_value', ...tagColumns(systemTags), 'extra_tags', 'metadata'].map(csvField).join(',')}\n`
}

/** Quotes a field that would otherwise break its row or lose its leading space. */
export function csvField(text: string): string {
  return /[",\r\n]|^\s|^\\\.$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
