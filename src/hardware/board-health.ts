/** How a board is, from the lines of `board-health.sh`: read in one place for `status`, `top` and the rollout. */

/** What a board tells of itself; what it does not tell is left out, and is not taken for well. */
export interface BoardHealth {
  /** Reasons for which it is held back, now and at any time since the boot. */
  readonly throttled?: { readonly now: readonly string[]; readonly sinceBoot: readonly string[] }
  /** Degrees Celsius, of the hottest place. */
  readonly heat?: number
  /** How much of the life of its flash memory is over, at most: 0.3 is 20 to 30 %. */
  readonly wear?: number
  /** Errors that the file systems on its disks have counted. */
  readonly cardErrors?: number
  /** Whether its root can be written. */
  readonly isReadOnly?: boolean
}

/** Raspberry Pi documentation, "vcgencmd", get_throttled: the lower bits are now, the same sixteen higher since the boot. */
const THROTTLED_BITS: readonly (readonly [bit: number, reason: string])[] = [
  [0, 'under-voltage'],
  [1, 'frequency capped'],
  [2, 'throttled'],
  [3, 'soft temperature limit'],
]

/** From here on a Pi slows itself down, in degrees Celsius (Raspberry Pi documentation, "Frequency management and thermal control"). */
export const HOT = 80

/** Reads it from values by their keys. */
export function boardHealth(told: Readonly<Record<string, string | undefined>>): BoardHealth {
  const { root } = told
  return {
    ...throttledIn(told['throttled']),
    ...heatIn(told['heat']),
    ...wearIn(told['wear']),
    ...(/^\d+$/.test(told['card_errors'] ?? '') && { cardErrors: Number(told['card_errors']) }),
    ...(root !== undefined && { isReadOnly: root === 'read-only' }),
  }
}

/**
 * Why a board is not to be taken through a step that others would notice, such as a restart in its turn: it may not come back, or be slow enough to
 * be taken for dead. Not known is no reason: most computers do not tell.
 */
export function whyUnfit({ throttled, heat, isReadOnly }: BoardHealth): string | undefined {
  if (isReadOnly === true) return 'its root is read-only: the kernel cannot write to its disk any more'
  if (throttled !== undefined && throttled.now.length > 0)
    return `its board is held back: ${throttled.now.join(', ')}`
  return heat !== undefined && heat >= HOT ? `its board is hot: ${Math.round(heat)} °C` : undefined
}

function throttledIn(word: string | undefined): Pick<BoardHealth, 'throttled'> {
  if (word === undefined || !/^(0x)?[\da-f]+$/i.test(word)) return {}
  const bits = Number.parseInt(word, 16)
  const reasons = (shift: number): string[] =>
    THROTTLED_BITS.filter(([bit]) => (bits & (1 << (bit + shift))) !== 0).map(([, reason]) => reason)
  return { throttled: { now: reasons(0), sinceBoot: reasons(16) } }
}

/** A sensor that is broken tells something that no board survives. */
function heatIn(word: string | undefined): Pick<BoardHealth, 'heat'> {
  const degrees = Number(word) / 1000
  return word !== undefined && degrees > -40 && degrees < 150 && degrees !== 0 ? { heat: degrees } : {}
}

/** 0x01 is up to a tenth, 0x0a up to ten tenths, 0x0b more than that; 0 is not told (JEDEC eMMC 5.0, 7.4.28). */
function wearIn(words: string | undefined): Pick<BoardHealth, 'wear'> {
  const steps = (words ?? '')
    .split(' ')
    .flatMap((word) => (/^(0x)?[\da-f]{1,2}$/i.test(word) ? Number.parseInt(word, 16) : []))
  const told = steps.filter((step) => step > 0)
  return told.length === 0 ? {} : { wear: Math.max(...told) / 10 }
}
