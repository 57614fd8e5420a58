/** What a configuration is made of. */

/** A JSON object. */
export type Settings = Readonly<Record<string, unknown>>
