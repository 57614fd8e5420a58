/** Loads the program from its modules. What is built has `load-bundle.ts` in place of this. */
export const loadProgram = (): Promise<typeof import('./whole-program.ts')> => import('./whole-program.ts')
