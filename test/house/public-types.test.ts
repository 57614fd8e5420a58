/** Whoever uses the library can name every type that it hands out or takes. */
import ts from 'typescript'
import { expect, it, vi } from 'vitest'

const ENTRY = 'src/index.ts'

function program(): ts.Program {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object }
  const { options } = ts.convertCompilerOptionsFromJson(
    (config as { compilerOptions: object }).compilerOptions,
    '.',
  )
  return ts.createProgram([ENTRY], { ...options, noEmit: true })
}

/** Internal members are left out of the declarations that are shipped (`stripInternal`). */
function isInternal(node: ts.Node): boolean {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal')
}

/** Names of own types that a declaration mentions; bodies of functions are nobody's business. */
function mentioned(node: ts.Node, checker: ts.TypeChecker): ts.Symbol[] {
  if (isInternal(node) || ts.isBlock(node)) return []
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : undefined
  const symbol = name && checker.getSymbolAtLocation(name)
  const own = symbol && (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
  const inside: ts.Symbol[] = []
  ts.forEachChild(node, (child) => {
    inside.push(...mentioned(child, checker))
  })
  return [...(own && isOwnType(own) ? [own] : []), ...inside]
}

function isOwnType(symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? []
  return (
    declaration !== undefined &&
    !ts.isTypeParameterDeclaration(declaration) &&
    !declaration.getSourceFile().fileName.includes('node_modules')
  )
}

// A compiler on a busy computer.
vi.setConfig({ testTimeout: 300_000 })

it('exports every type that a signature of it mentions', () => {
  const built = program()
  const checker = built.getTypeChecker()
  const entry = checker.getSymbolAtLocation(built.getSourceFile(ENTRY) as ts.SourceFile)
  const exported = checker
    .getExportsOfModule(entry as ts.Symbol)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
  expect(exported.length).toBeGreaterThan(20)
  const missing = exported.flatMap((symbol) =>
    (symbol.declarations ?? [])
      .flatMap((declaration) => mentioned(declaration, checker))
      .filter((type) => !exported.includes(type))
      .map((type) => `${symbol.name} mentions ${type.name}`),
  )
  expect([...new Set(missing)]).toEqual([])
})
