/** A shelf of things that Consul holds as plain records under a name: each is looked at by itself, and told field by field. */
import type { ConsulApi } from '../api.ts'
import type { OwnedThing } from '../../steps/owned.ts'
import { lookedAt, type Shelf, type Step, type StepAid } from '../../steps/step.ts'

/** A record, as it is sent. */
export type Fields = Readonly<Record<string, unknown>>

/** What Consul holds of it. */
export interface Held {
  /** Consul's own name for it. */
  readonly id: string
  readonly fields: Fields
  /** What it holds besides and is not to hold, each as a text: with the next write it is gone. */
  readonly more?: Readonly<Record<string, string>>
}

/** A wanted record. */
export interface WantedRecord {
  readonly name: string
  readonly fields: Fields
}

/** How Consul is asked for one sort of thing. */
export interface Sort {
  /** What the addresses begin with. */
  readonly kind: string
  /** When it is made, and when it is removed. */
  readonly stages: { readonly make: number; readonly remove: number }
  /** The record of this name; `id` is that under which it was written before, where that is known. */
  find(api: ConsulApi, name: string, id: string | undefined): Promise<Held | undefined>
  /** Writes it; a new one without an id. Gives Consul's name for it. */
  write(api: ConsulApi, fields: Fields, id: string | undefined, aid?: StepAid): Promise<string>
  /** Removes it; none there is no error. */
  remove(api: ConsulApi, id: string): Promise<void>
}

/** The shelf. Where none is wanted and none is owned, nobody is asked. */
export function plainShelf(sort: Sort, wanted: readonly WantedRecord[]): Shelf<ConsulApi> {
  const addressOf = (name: string): string => `${sort.kind}:${name}`
  return {
    kind: sort.kind,
    async steps(api, owned) {
      const found = await Promise.all(
        wanted.map((one) =>
          lookedAt(addressOf(one.name), async () => {
            const held = api && (await sort.find(api, one.name, owned.things[addressOf(one.name)]?.id))
            return makeStep(sort, one, held)
          }),
        ),
      )
      const addresses = new Set(wanted.map(({ name }) => addressOf(name)))
      const left = Object.entries(owned.things).filter(
        ([address]) => address.startsWith(addressOf('')) && !addresses.has(address),
      )
      return [
        ...found.filter((step) => step !== undefined),
        ...left.map(([address, thing]) => removeStep(sort, address, thing)),
      ]
    },
  }
}

function makeStep(sort: Sort, { name, fields }: WantedRecord, held?: Held): Step<ConsulApi> | undefined {
  const differences = differing(fields, held)
  if (held && differences.length === 0) return undefined
  return {
    stage: sort.stages.make,
    difference: {
      address: `${sort.kind}:${name}`,
      action: held ? 'update' : 'create',
      reason: held ? 'it says something else' : 'it is not there',
      differences,
    },
    before: held ? held.fields : null,
    run: async (api, aid) => ({ id: await sort.write(api, fields, held?.id, aid) }),
  }
}

function removeStep(sort: Sort, address: string, { id, before }: OwnedThing): Step<ConsulApi> {
  return {
    stage: sort.stages.remove,
    difference: {
      address,
      action: 'remove',
      reason: before ? 'no longer wanted; what was there before is put back' : 'no longer wanted',
      differences: [],
    },
    run: async (api) => {
      // A run that was cut off has noted that it would make it, and not under which id.
      const own = id ?? (await sort.find(api, address.slice(sort.kind.length + 1), undefined))?.id
      if (before !== null) await sort.write(api, before, own)
      else if (own !== undefined) await sort.remove(api, own)
      return undefined
    },
  }
}

function differing(wanted: Fields, held: Held | undefined) {
  const is = held && flat(held.fields)
  return [
    ...Object.entries(flat(wanted))
      .filter(([field, text]) => is?.[field] !== text)
      .map(([field, text]) => ({ field, ...(is?.[field] !== undefined && { is: is[field] }), wanted: text })),
    ...Object.entries(held?.more ?? {}).map(([field, text]) => ({ field, is: text, wanted: '' })),
  ]
}

/** Each field as a text; what a block holds by `BLOCK.KEY`. */
function flat(fields: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]): [string, string][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat({ ...value })).map(([inner, text]) => [`${key}.${inner}`, text])
        : [[key, textOf(value)]],
    ),
  )
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
