/** The signs of a plan and the colours of outcomes, the same everywhere. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { NodeOutcome, RunOutcome } from '../../events/event.ts'

/** What a plan wants to do with a resource. */
export type Action = 'create' | 'update' | 'remove'

const SIGNS: Readonly<Record<Action, string>> = { create: '+', update: '~', remove: '-' }

/** `+`, `~` or `-` in its colour. */
export function signOf(action: Action, palette: Palette): string {
  return colourOf(action, palette)(SIGNS[action])
}

/** The same for a change of a plan: what is put back as it was is changed, not gone. */
export function signOfChange(
  { action, putsBack }: { readonly action: Action; readonly putsBack?: true },
  palette: Palette,
): string {
  return signOf(putsBack ? 'update' : action, palette)
}

/** The colour of an action. */
export function colourOf(action: Action, palette: Palette): (text: string) => string {
  return { create: palette.green, update: palette.yellow, remove: palette.red }[action]
}

/** The colour of an outcome; an unchanged node needs none. */
export function outcomeColour(outcome: NodeOutcome | RunOutcome, palette: Palette): (text: string) => string {
  if (outcome === 'unchanged') return (text) => text
  if (outcome === 'changed') return palette.green
  return outcome === 'failed' ? palette.red : palette.yellow
}
