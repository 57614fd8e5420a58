/** The contract of a kind: what a resource is, and what a kind must give so that it can be planned, compiled and removed. */
import type { z } from 'zod'
import { sha256 } from '../support/sha256.ts'

/** `kind:name` on one node. The node's name and a `/` before it make the full address. */
export type LocalAddress = `${string}:${string}`

/** Bytes that a node gets only when it does not have them yet. */
export interface Content {
  /** Hexadecimal SHA-256 of the bytes. */
  readonly sha256: string
  /** The bytes, or the file of this computer that has them: a release is not held in memory. */
  readonly bytes: Uint8Array | { readonly path: string; readonly size: number }
  /** Secret bytes never show in a plan, diff, event or journal. */
  readonly sensitive: boolean
  /** Name of the offer that it is made of, while that is not there: nothing of it can be said yet. */
  readonly waitsFor?: string
}

/** Makes a {@link Content} of text or bytes. */
export function contentOf(value: string | Uint8Array, sensitive = false): Content {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return { sha256: sha256(bytes), bytes, sensitive }
}

/** One wanted thing on a node: plain data, made by the constructor of its kind. */
export interface Resource {
  readonly kind: string
  /** Unique within its kind on a node; never holds a control character. */
  readonly name: string
  /** The row that the kind's shell gets after the index and the name; any strings but NUL. */
  readonly row: readonly string[]
  readonly contents: readonly Content[]
  /** Resources that must be as wanted before this one is touched; this one is skipped when one of them fails. */
  readonly needs: readonly LocalAddress[]
  /** What this resource would run with, for kinds that compare a running thing with it (see `inputs`). */
  readonly digest: string
  /** Needs that count only when the node has such a resource: a file's folder and owner. */
  readonly after: readonly LocalAddress[]
  /**
   * Lists of resources that this one runs with. Each list becomes one column of the row, right after the name:
   * the digest over the digests of its members. So a service can tell on the node what it was started with.
   */
  readonly inputs: readonly (readonly LocalAddress[])[]
  /** The change can cut us off: it is undone by the node itself unless a new connection confirms it. */
  readonly trial: boolean
  /** Place in the order instead of the one of its kind: a source of packages is a file, and comes before packages. */
  readonly stage?: number
}

/** What a kind is. The shell is in `<kind>.sh` beside the module: see `ARCHITECTURE.md`, "A kind". */
export interface Kind<Options = unknown> {
  readonly name: string
  /** One sentence for the reference page. */
  readonly summary: string
  /** Place in the order of a program when no edge says otherwise; lower is earlier. */
  readonly stage: number
  /** `each`: the shell converges one row at a time. `whole`: all rows that differ in one go (one apt transaction). */
  readonly converges: 'each' | 'whole'
  /** Other kinds whose shell functions this one calls. */
  readonly uses?: readonly string[]
  /** What a node has as soon as it has one of this kind: the ground that all of them stand on. */
  readonly ground?: () => Resource
  /** Schema of the constructor's options; every key has a description. */
  readonly options: z.ZodType<Options>
  /** From valid options to a resource. */
  readonly resource: (
    options: Options,
    common: Pick<Required<CommonOptions>, 'needs' | 'trial'>,
  ) => ResourceDraft
}

/** What every resource may say besides its kind's own options. */
export interface CommonOptions {
  readonly needs?: readonly LocalAddress[]
  readonly trial?: boolean
  readonly stage?: number
}

/** What a kind gives of a resource; the rest is filled in by {@link defineKind}. */
export interface ResourceDraft {
  readonly name: string
  readonly row: readonly string[]
  readonly contents?: readonly Content[]
  readonly needs?: readonly LocalAddress[]
  readonly after?: readonly LocalAddress[]
  readonly inputs?: readonly (readonly LocalAddress[])[]
  /** Replaces the digest of the row where parts of the row do not matter to what runs. */
  readonly digestOf?: readonly string[]
}

/** A constructor of resources, with its kind beside it. */
export interface KindConstructor<Options> {
  (options: Options & CommonOptions): Resource
  readonly kind: Kind<Options>
}

/** Hexadecimal SHA-256 of a list of strings, unambiguous in where one ends and the next starts. */
export function digestOf(parts: readonly string[]): string {
  return sha256(JSON.stringify(parts))
}

/**
 * Makes the constructor of a kind. A role that passes options which the kind does not take is our own mistake,
 * so the constructor throws; what the user wrote was checked when the cluster file was read.
 */
export function defineKind<Options>(kind: Kind<Options>): KindConstructor<Options> {
  const construct = (given: Options & CommonOptions): Resource => {
    const { needs = [], trial = false, stage, ...own } = given as Options & CommonOptions & object
    const options = kind.options.parse(own)
    const draft = kind.resource(options, { needs, trial })
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f]/.test(draft.name) || draft.name === '') {
      throw new Error(`${kind.name}: ${JSON.stringify(draft.name)} cannot name a resource`)
    }
    return {
      kind: kind.name,
      name: draft.name,
      row: draft.row,
      contents: draft.contents ?? [],
      needs: [...new Set([...needs, ...(draft.needs ?? [])])],
      after: draft.after ?? [],
      inputs: draft.inputs ?? [],
      digest: digestOf(draft.digestOf ?? [kind.name, draft.name, ...draft.row]),
      trial,
      ...(stage !== undefined && { stage }),
    }
  }
  return Object.assign(construct, { kind })
}

/** The local address of a resource. */
export function addressOf(resource: Pick<Resource, 'kind' | 'name'>): LocalAddress {
  return `${resource.kind}:${resource.name}`
}
