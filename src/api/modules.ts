/** What files of the user may import by name, wherever they lie and whether or not it is installed there. */
import * as bramble from './parts.ts'

/** By name: what is loaded already, so that an own role is made with the very classes and schemas that judge it. */
export const MODULES: Readonly<Record<string, unknown>> = { bramble }
