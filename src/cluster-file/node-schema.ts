/** Schema of one node: how to reach it, which board it is, what is plugged in. */
import { z } from 'zod'
import { ARCHITECTURES } from '../hardware/architecture.ts'
import { MODEL_IDS, OTHER_BOARD } from '../hardware/boards.ts'
import {
  ADDRESS,
  JUMP,
  LABEL,
  MAC,
  MACHINE_ID,
  MEMORY,
  SERIAL,
  USER_NAME,
  key,
  listOf,
  text,
} from './forms.ts'
import { nodeName } from './node-names.ts'

/** A TCP port. */
export const portSchema = z.int().min(1).max(65535)

/** Labels with values, as in `labels` and `meta`. */
export const labelsSchema = z.record(
  key(LABEL),
  z.union([text(), z.boolean().transform(String)]).meta({ description: 'Value of this label.' }),
)

/** The keys of one node; all may be left out. */
export const nodeSchema = z
  .strictObject({
    address: text(ADDRESS)
      .optional()
      .meta({ description: 'IPv4 or IPv6 address or DNS name under which SSH reaches the node.' }),
    via: nodeName(text(JUMP), 'way').optional().meta({
      description: 'Node that SSH goes through to reach this one, or user@name for another computer.',
    }),
    port: portSchema.optional().meta({ description: 'SSH port, if not the one of `access`.' }),
    user: text(USER_NAME).optional().meta({ description: 'User to log in as, if not the one of `access`.' }),
    serial: text(SERIAL)
      .transform((serial) => serial.toLowerCase())
      .optional()
      .meta({ description: 'Serial number of the board (/proc/device-tree/serial-number).' }),
    machine_id: text(MACHINE_ID)
      .optional()
      .meta({ description: 'Content of /etc/machine-id, 32 hexadecimal digits.' }),
    mac: text(MAC)
      .transform((mac) => mac.toLowerCase().replaceAll('-', ':'))
      .optional()
      .meta({ description: 'MAC address of a network port, such as b8:27:eb:12:34:56.' }),
    model: z
      .enum(MODEL_IDS, OTHER_BOARD)
      .optional()
      .meta({ description: 'Board model; read from the board when left out. `pc` is any other computer.' }),
    memory: text(MEMORY)
      .optional()
      .meta({ description: 'Memory of the board as sold, such as 1GiB; read from the board when left out.' }),
    architecture: z.enum(ARCHITECTURES).optional().meta({
      description: 'Instruction set of the installed system; read from the board when left out.',
    }),
    has: listOf(text(LABEL))
      .default([])
      .meta({ description: 'What is plugged in or special about it, as labels: [microphone, sense-hat].' }),
    labels: labelsSchema
      .default({})
      .meta({ description: 'Labels with values: { hat: sense, room: office }. Every engine gets them.' }),
  })
  .meta({ description: 'One node: a board, how to reach it, and what it is.' })

/** A node as the cluster file says it, with its defaults filled in. */
export type NodeEntry = z.output<typeof nodeSchema> & {
  /** Options of roles that it has otherwise, by role. */
  readonly options?: Readonly<Record<string, unknown>>
}
