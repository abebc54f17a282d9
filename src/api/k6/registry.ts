import type { K6Module } from './host.ts'

/** Modules by the specifier that scripts import them by. */
export const k6Modules: Readonly<Record<string, K6Module>> = {}
