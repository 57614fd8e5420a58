/** Makes text of a node harmless for a terminal, and shows what was in it. */

// Controls that move the cursor or start escape sequences, and marks that reorder what is read (Unicode UAX #9).
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * The text with each control character as its picture (`ESC` becomes `␛`), and the ones that have no picture as `\ufffd`.
 * Line feeds and tabs stay. Apply it to both sides before two texts are compared for people.
 */
export function visible(text: string): string {
  return text.replace(HARMFUL, (character) => {
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\ufffd'
  })
}

/** {@link visible} for what must stay on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\u240a').replaceAll('\t', '\u2409')
}
