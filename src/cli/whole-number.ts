/** Reads an option that is a number. */
import { InvalidArgumentError } from 'commander'

/** A whole number above zero; anything else is bad usage. */
export function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number above zero.')
  return Number(value)
}
