/** Options that every command has, before or after the verb. */
export interface SharedOptions {
  readonly folder?: string
  readonly file?: string
  readonly lab?: boolean
  readonly identity?: string
  readonly set?: readonly string[]
  readonly json?: boolean
  readonly color?: boolean
  readonly debug?: boolean
}
