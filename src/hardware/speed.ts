/**
 * The table of processors: how fast all cores of a board together are, next to those of a Pi 5.
 *
 * Source: what raspberrypi.com said when each came out. Times the Pi 1: Zero 1.4, Pi 2 six, Pi 3 ten; Zero 2 W five times
 * the Zero; Pi 4 three times the Pi 3; Pi 5 two to three times the Pi 4.
 */
import type { ModelId } from './boards.ts'

/** Percent of a Pi 5. Another computer counts as a Pi 5: nothing is known of it. */
export const SPEED_PERCENT: Readonly<Record<ModelId, number>> = {
  pi1: 1,
  pi2: 8,
  pi3: 13,
  pi4: 40,
  pi5: 100,
  pi400: 48,
  pi500: 100,
  zero: 2,
  'zero-w': 2,
  'zero-2-w': 9,
  cm0: 9,
  cm1: 1,
  cm3: 13,
  cm4: 40,
  cm5: 100,
  pc: 100,
}

/** Percent of a Pi 5; 100 for a model that is not in the table. */
export function speedPercent(model: string): number {
  return new Map<string, number>(Object.entries(SPEED_PERCENT)).get(model) ?? 100
}
