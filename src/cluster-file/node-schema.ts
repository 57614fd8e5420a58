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
  PATH,
  SERIAL,
  USER_NAME,
  judgedBy,
  key,
  listOf,
  text,
} from './forms.ts'
import { holdsStandIn } from './references/stand-in.ts'
import { nodeName } from './node-names.ts'

/** A TCP port. */
export const portSchema = z.int().min(1).max(65535)

/** Labels with values, as in `labels` and `meta`. */
export const labelsSchema = z.record(
  key(LABEL),
  z.union([text(), z.boolean().transform(String)]).meta({ description: 'Value of this label.' }),
)

/** Keys of a login that hold for all nodes in `access`, and for one of them on its own. */
export const wayKeys = {
  identity_file: text(PATH).optional().meta({
    description:
      'Private key to log in with, and no other: a path such as ~/.ssh/id_ed25519, or one from the folder of the cluster file. Left out, your SSH configuration and agent offer keys.',
  }),
  sudo: z.enum(['nopasswd', 'password']).optional().meta({
    description:
      'Whether sudo asks for a password: `nopasswd` when left out, `password` where there is a `sudo_password`. A password that is not among the secrets is asked for.',
  }),
  sudo_password: judgedBy(text(), (value) =>
    holdsStandIn(value)
      ? undefined
      : {
          problem: 'stands in the open',
          fix: 'write  { from: { secret: NAME } }  and bring it with  bramble secrets import NAME',
          why: 'a password in a file or in the environment is one that others read',
        },
  )
    .optional()
    .meta({ description: 'Password for sudo, as a secret: { from: { secret: NAME } }.' }),
}

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
    ...wayKeys,
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
