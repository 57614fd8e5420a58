/** Measures and cuts text by the columns that it takes on a terminal. */
import { visible } from '../../diagnostics/source-line.ts'

const WIDE = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/u
const ASCII = /^[\x20-\x7e]*$/

/** Columns on a terminal: combining marks take none, most East Asian characters and emoji two. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += columnsOf(character)
  return columns
}

function columnsOf(character: string): number {
  if (/\p{Mark}|\u200d/u.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** The text, or as much of it as fits with an ellipsis behind it. */
export function clip(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  if (columns <= 0) return ''
  let taken = ''
  let left = columns - 1
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) break
    taken += character
  }
  return `${taken}…`
}

/** The text with blanks behind it up to a width. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

/** The text with blanks before it up to a width: for numbers. */
export function padFrom(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text
}

/** The text with its lines broken between words; without a width as it is. A word that is longer than a line stays whole. */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined) return text
  return text
    .split('\n')
    .map((line) => {
      const lines: string[] = []
      for (const word of line.split(' ')) {
        const last = lines.at(-1)
        if (last === undefined || widthOf(`${last} ${word}`) > columns) lines.push(word)
        else lines[lines.length - 1] = `${last} ${word}`
      }
      return lines.join('\n')
    })
    .join('\n')
}

/** What is said of a node, for a place where the node is named already. */
export function withoutName(message: string, node: string): string {
  return message.startsWith(`${node} `) ? message.slice(node.length + 1) : message
}

/** One line of text from a node: control characters as pictures, never as commands to the terminal. */
export function oneLine(text: string): string {
  return visible(text.trim().replaceAll(/\s*\n\s*/g, ' '))
}
