import type { HostileCase } from './case.ts'
import { chunkedCases } from './cases/chunked.ts'
import { codingCases } from './cases/coding.ts'
import { contentLengthCases } from './cases/content-length.ts'
import { cutCases } from './cases/cut.ts'
import { deliveryCases } from './cases/delivery.ts'
import { floodCases } from './cases/flood.ts'
import { foreignCases } from './cases/foreign.ts'
import { headerFieldCases } from './cases/header-field.ts'
import { mutationCases } from './cases/mutation.ts'
import { semanticCases } from './cases/semantics.ts'
import { statusLineCases } from './cases/status-line.ts'

/** Every case; its number is its index. */
export const hostileCases: readonly HostileCase[] = [
  ...statusLineCases,
  ...headerFieldCases,
  ...contentLengthCases,
  ...chunkedCases,
  ...deliveryCases,
  ...cutCases,
  ...foreignCases,
  ...codingCases,
  ...semanticCases,
  ...floodCases,
  ...mutationCases,
]

/** What `/index.json` says of a case. */
export interface CaseEntry {
  readonly number: number
  readonly name: string
  readonly path: string
  readonly group: string
  readonly expect: HostileCase['expect']
  readonly isEndless: boolean
  readonly status?: number
  readonly body?: string
}

/** The table for clients, without what cannot travel; long bodies are left out. */
export function listCases(cases: readonly HostileCase[]): CaseEntry[] {
  return cases.map(({ name, group, expect, isEndless, status, body }, number) => ({
    number,
    name,
    path: `/${name}`,
    group,
    expect,
    isEndless: isEndless ?? false,
    ...(status === undefined ? {} : { status }),
    ...(body === undefined || body.length > 1000 ? {} : { body }),
  }))
}
