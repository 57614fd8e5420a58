/** A program that is compiled when somebody first looks at more than whose it is. */
import type { Program } from './compile.ts'

/** Stands for the program of a node; compiles once. Whoever reads it gets what compiling throws. */
export function compileLater(node: string, compile: () => Program): Program {
  let compiled: Program | undefined
  const program = (): Program => (compiled ??= compile())
  return {
    node,
    get text() {
      return program().text
    },
    get sha256() {
      return program().sha256
    },
    get runtime() {
      return program().runtime
    },
    get slim() {
      return program().slim
    },
    get contents() {
      return program().contents
    },
    get resources() {
      return program().resources
    },
    get kinds() {
      return program().kinds
    },
    get waiting() {
      return program().waiting
    },
  }
}
