/** placeholder */
import type { Benchmark } from './benchmark.ts'
export const benchmark: Benchmark = () => Promise.reject(new Error('not yet'))
