/** The error for our own mistakes; a mistake of the user is a Diagnostic instead. */

/** Something that Bramble believed cannot happen did happen. Never caught, except to print it and end. */
export class Bug extends Error {
  override readonly name = 'Bug'

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} (this is a defect of Bramble, not of your cluster file: please report it)`, options)
  }
}
