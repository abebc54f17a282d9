/** What came over a channel is no message of ours. `field` names the place: `snapshot.series[3].histogram.counts`. */
export class WireError extends Error {
  readonly field: string

  constructor(field: string, problem: string) {
    super(field === '' ? problem : `${field}: ${problem}`)
    this.name = 'WireError'
    this.field = field
  }
}
