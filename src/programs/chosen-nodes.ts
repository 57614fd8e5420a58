/** Which nodes the words of a command choose: by the names, groups and selectors of the cluster file, and by what the nodes do. */
import { selectNodes, type SelectionContext } from '../cluster-file/select.ts'
import type { Selection } from '../cluster-file/selection-schema.ts'
import { MEMORY_CONDITION } from '../cluster-file/forms.ts'
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { ARCHITECTURES } from '../hardware/architecture.ts'
import { MODEL_IDS, OTHER_BOARD } from '../hardware/boards.ts'
import type { Resolved } from '../resolve/resolve.ts'
import { fitting, isPattern, readChosenWords, type ChosenWord } from './chosen-words.ts'

/** What is chosen from. */
export type Choosable = Pick<Resolved, 'selection'> & {
  readonly cluster: Pick<Resolved['cluster'], 'nodes'>
}

/** The option that the words were given with; with `--role` a bare name is a role's and nothing else's. */
export type ChoosingOption = '--node' | '--role'

/** Names of the chosen nodes, or what is wrong with the words. */
export interface Chosen {
  readonly nodes: ReadonlySet<string>
  readonly diagnostics: readonly Diagnostic[]
}

/** Chooses: whoever fits one of the plain words (everybody, if there is none), each of those with `&`, and none with `!`. */
export function chooseNodes(
  from: Choosable,
  lists: readonly string[],
  option: ChoosingOption = '--node',
): Chosen {
  const words = readChosenWords(lists)
  const meanings = words.map((word) => ({ word, ...new Choosing(from, option).meaning(word) }))
  const diagnostics = meanings.flatMap((meaning) => ('diagnostic' in meaning ? [meaning.diagnostic] : []))
  const parts = { any: [] as Found[], all: [] as Found[], none: [] as Found[] }
  for (const meaning of meanings) if ('fit' in meaning) parts[meaning.word.part].push(meaning)
  const nodes = from.cluster.nodes
    .map(({ name }) => name)
    .filter(
      (name) =>
        // No word at all chooses nobody: a variable of a script that is not set must not mean everybody.
        words.length > 0 &&
        (parts.any.length === 0 || parts.any.some(({ fit }) => fit.has(name))) &&
        parts.all.every(({ fit }) => fit.has(name)) &&
        parts.none.every(({ fit, unsure }) => !fit.has(name) && !unsure.has(name)),
    )
  return { nodes: new Set(nodes), diagnostics }
}

/** Who fits a word, and of whom it is not known. */
interface Found {
  readonly fit: ReadonlySet<string>
  readonly unsure: ReadonlySet<string>
}

type Meaning = Found | { readonly diagnostic: Diagnostic }

class Choosing {
  readonly #from: Choosable
  readonly #option: ChoosingOption

  constructor(from: Choosable, option: ChoosingOption) {
    this.#from = from
    this.#option = option
  }

  meaning(word: ChosenWord): Meaning {
    const { value } = word
    switch (word.by) {
      case 'name':
        return this.#option === '--role' ? this.#role(word) : this.#name(word)
      case 'node':
        return this.#named(word, this.#nodeNames(), (name) => this.#selected([name]))
      case 'group':
        return this.#named(word, this.#groupNames(), (name) => this.#selected([name]))
      case 'role':
        return this.#role(word)
      case 'label':
      case 'labels':
        return this.#label(word)
      case 'has':
        return this.#known(
          word,
          this.#candidates().flatMap(({ has }) => has),
          { has: [value] },
        )
      case 'model':
        return this.#fact(word, [...MODEL_IDS, OTHER_BOARD], 'model', { model: [value] as never })
      case 'architecture':
        return this.#fact(word, ARCHITECTURES, 'architecture', { architecture: [value] as never })
      default:
        return MEMORY_CONDITION.pattern.test(value)
          ? this.#found({ memory: value }, 'memoryBytes')
          : this.#unknown(word, ['memory:>=1GiB', 'memory:<4GiB'])
    }
  }

  /** Nodes and groups cannot have the same name; a group and a role can. */
  #name(word: ChosenWord): Meaning {
    const { value } = word
    if (isPattern(value)) return this.#named(word, this.#nodeNames(), (name) => this.#selected([name]))
    const isOfFile = ['all', ...this.#nodeNames(), ...this.#groupNames()].includes(value)
    const isRole = this.#roleNames().includes(value)
    if (isOfFile && isRole && value !== 'all')
      return { diagnostic: commandCodes.FILTER_AMBIGUOUS({ option: this.#option, name: value }) }
    if (isOfFile) return this.#found([value])
    return isRole
      ? this.#role(word)
      : this.#unknown(word, [...this.#nodeNames(), ...this.#groupNames(), ...this.#roleNames(), 'all'])
  }

  #role(word: ChosenWord): Meaning {
    const nodesOf = (role: string): string[] =>
      this.#from.cluster.nodes.filter(({ roles }) => roles.includes(role)).map(({ name }) => name)
    return this.#named(word, this.#roleNames(), nodesOf)
  }

  /** A name, or a pattern that fits at least one. */
  #named(word: ChosenWord, known: readonly string[], nodesOf: (name: string) => readonly string[]): Meaning {
    const { value } = word
    const names = isPattern(value) ? fitting(value, known) : known.filter((name) => name === value)
    if (names.length === 0) return this.#unknown(word, known)
    return { fit: new Set(names.flatMap(nodesOf)), unsure: new Set() }
  }

  #label(word: ChosenWord): Meaning {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word.value) ?? []
    const labels = this.#candidates().flatMap((node) => Object.entries(node.labels))
    if (value !== undefined)
      return this.#known(
        word,
        labels.map(([name, its]) => `${name}=${its}`),
        { labels: { [key]: value } },
      )
    const fit = this.#candidates().filter((node) => Object.hasOwn(node.labels, key))
    if (fit.length === 0)
      return this.#unknown(
        word,
        labels.map(([name]) => name),
      )
    return { fit: new Set(fit.map(({ name }) => name)), unsure: new Set() }
  }

  #known(word: ChosenWord, known: readonly string[], selection: Selection): Meaning {
    return known.includes(word.value) ? this.#found(selection) : this.#unknown(word, known)
  }

  #fact(word: ChosenWord, known: readonly string[], fact: Fact, selection: Selection): Meaning {
    return known.includes(word.value) ? this.#found(selection, fact) : this.#unknown(word, known)
  }

  #found(selection: Selection, fact?: Fact): Found {
    const unsure = this.#candidates().filter((node) => fact !== undefined && node[fact] === undefined)
    return { fit: new Set(this.#selected(selection)), unsure: new Set(unsure.map(({ name }) => name)) }
  }

  /** As the cluster file would choose; that nothing fits is told by whoever puts the words together. */
  #selected(on: Selection): readonly string[] {
    return selectNodes({ on, path: [] }, this.#from.selection).nodes
  }

  #unknown({ typed, value, by }: ChosenWord, all: readonly string[]): Meaning {
    const known = [...new Set(all)]
    const bare = didYouMean(value, known)
    const start = by === 'name' || by === 'label' || by === 'memory' ? '' : `${by}:`
    const near = bare === undefined ? undefined : `${start}${bare}`
    return { diagnostic: commandCodes.FILTER_UNKNOWN({ option: this.#option, name: typed, near, known }) }
  }

  #candidates(): SelectionContext['nodes'] {
    return this.#from.selection.nodes
  }

  #nodeNames(): string[] {
    return this.#from.cluster.nodes.map(({ name }) => name)
  }

  #groupNames(): string[] {
    return Object.keys(this.#from.selection.groups)
  }

  #roleNames(): string[] {
    return [...new Set(this.#from.cluster.nodes.flatMap(({ roles }) => roles))]
  }
}

type Fact = 'model' | 'memoryBytes' | 'architecture'
