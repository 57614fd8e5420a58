/**
 * The table of boards: what each Raspberry Pi model is and has, as far as roles, images and checks need to know.
 *
 * Sources: the product pages and data sheets on raspberrypi.com (memory sizes, network, clock); "Raspberry Pi revision
 * codes" in the Raspberry Pi documentation (type numbers); the `model` strings of arch/arm*\/boot/dts/broadcom in Linux.
 */
import type { Architecture } from './architecture.ts'

/** Short names of the boards, as the cluster file uses them. */
export const MODEL_IDS = [
  'pi1',
  'pi2',
  'pi3',
  'pi4',
  'pi5',
  'pi400',
  'pi500',
  'zero',
  'zero-w',
  'zero-2-w',
  'cm0',
  'cm1',
  'cm3',
  'cm4',
  'cm5',
  'pc',
] as const

/** What to do for a board that is not among them. */
export const OTHER_BOARD =
  '(for a board that is not listed, leave model out and write memory and architecture, or write pc)'

/** Short name of a board. */
export type ModelId = (typeof MODEL_IDS)[number]

/** Peculiarities that something else in Bramble decides by. */
export type Quirk =
  /** ARMv6: Debian's own armhf and most vendors' ARM releases do not run. */
  | 'armv6'
  /** The Ethernet port hangs on the one USB 2 bus: at most about 300 Mbit/s, shared with USB disks. */
  | 'ethernet-on-usb'
  /** One slow core: starting a process takes milliseconds, apt takes minutes. */
  | 'slow-fork'
  /** Can be a USB gadget, as in a ClusterHAT; has no MAC address of its own there. */
  | 'usb-gadget'
  /** The clock keeps time without power only if a battery is connected. */
  | 'clock-needs-battery'

/** One model of board. */
export interface Board {
  readonly id: ModelId
  /** Name in sentences. */
  readonly name: string
  /** Fits the text of `/proc/device-tree/model`, without the trailing NUL. */
  readonly deviceTree: RegExp
  /** The "TTTTTTTT" field of new-style revision codes. */
  readonly revisionTypes: readonly number[]
  /** What programs it runs, the best one first. */
  readonly architectures: readonly [Architecture, ...Architecture[]]
  /** Sold sizes in MiB, ascending; empty where there is no list. */
  readonly memoryMib: readonly number[]
  /** What is assumed while nobody has said or seen it: the usual size, or the smallest of a range. */
  readonly assumedMemoryMib: number
  readonly cores: number
  /** Mbit/s of the built-in port; 0 for none. */
  readonly ethernetMbit: number
  /** Built-in Wi-Fi: bands in GHz. */
  readonly wifiGhz: readonly (2.4 | 5)[]
  /** Has a real-time clock. Without one, time is wrong from boot until the first answer of a time server. */
  readonly hasClock: boolean
  readonly quirks: readonly Quirk[]
}

const A32: readonly ['armv6'] = ['armv6']
const A64: readonly ['arm64', 'armv7'] = ['arm64', 'armv7']
const BOTH_BANDS = [2.4, 5] as const

/** All boards, in the order in which device-tree names are tried. */
export const BOARDS: readonly Board[] = [
  {
    id: 'pi5',
    name: 'Raspberry Pi 5',
    deviceTree: /^Raspberry Pi 5\b/,
    revisionTypes: [0x17],
    architectures: A64,
    memoryMib: [1024, 2048, 4096, 8192, 16384],
    assumedMemoryMib: 2048,
    cores: 4,
    ethernetMbit: 1000,
    wifiGhz: BOTH_BANDS,
    hasClock: true,
    quirks: ['clock-needs-battery'],
  },
  {
    id: 'pi500',
    name: 'Raspberry Pi 500',
    deviceTree: /^Raspberry Pi 500\b/,
    revisionTypes: [0x19],
    architectures: A64,
    memoryMib: [8192, 16384],
    assumedMemoryMib: 8192,
    cores: 4,
    ethernetMbit: 1000,
    wifiGhz: BOTH_BANDS,
    // Its clock has no connector for a battery.
    hasClock: false,
    quirks: [],
  },
  {
    id: 'pi4',
    name: 'Raspberry Pi 4',
    deviceTree: /^Raspberry Pi 4\b/,
    revisionTypes: [0x11],
    architectures: A64,
    memoryMib: [1024, 2048, 4096, 8192],
    assumedMemoryMib: 1024,
    cores: 4,
    ethernetMbit: 1000,
    wifiGhz: BOTH_BANDS,
    hasClock: false,
    quirks: ['usb-gadget'],
  },
  {
    id: 'pi400',
    name: 'Raspberry Pi 400',
    deviceTree: /^Raspberry Pi 400\b/,
    revisionTypes: [0x13],
    architectures: A64,
    memoryMib: [4096],
    assumedMemoryMib: 4096,
    cores: 4,
    ethernetMbit: 1000,
    wifiGhz: BOTH_BANDS,
    hasClock: false,
    quirks: [],
  },
  {
    id: 'pi3',
    name: 'Raspberry Pi 3 (B, B+, A+)',
    deviceTree: /^Raspberry Pi 3\b/,
    revisionTypes: [0x08, 0x0d, 0x0e],
    architectures: A64,
    memoryMib: [512, 1024],
    assumedMemoryMib: 1024,
    cores: 4,
    // Of the plain B: the B+ has 300 Mbit/s and both bands, the A+ has no Ethernet.
    ethernetMbit: 100,
    wifiGhz: [2.4],
    hasClock: false,
    quirks: ['ethernet-on-usb'],
  },
  {
    id: 'pi2',
    name: 'Raspberry Pi 2',
    deviceTree: /^Raspberry Pi 2\b/,
    revisionTypes: [0x04],
    // Revision 1.2 has the 64-bit chip of the Pi 3; the others are ARMv7 only, so that is what is safe to assume.
    architectures: ['armv7', 'arm64'],
    memoryMib: [1024],
    assumedMemoryMib: 1024,
    cores: 4,
    ethernetMbit: 100,
    wifiGhz: [],
    hasClock: false,
    quirks: ['ethernet-on-usb'],
  },
  {
    id: 'zero-2-w',
    name: 'Raspberry Pi Zero 2 W',
    deviceTree: /^Raspberry Pi Zero 2\b/,
    revisionTypes: [0x12],
    architectures: A64,
    memoryMib: [512],
    assumedMemoryMib: 512,
    cores: 4,
    ethernetMbit: 0,
    wifiGhz: [2.4],
    hasClock: false,
    quirks: ['usb-gadget'],
  },
  {
    id: 'zero-w',
    name: 'Raspberry Pi Zero W',
    deviceTree: /^Raspberry Pi Zero W\b/,
    revisionTypes: [0x0c],
    architectures: A32,
    memoryMib: [512],
    assumedMemoryMib: 512,
    cores: 1,
    ethernetMbit: 0,
    wifiGhz: [2.4],
    hasClock: false,
    quirks: ['armv6', 'slow-fork', 'usb-gadget'],
  },
  {
    id: 'zero',
    name: 'Raspberry Pi Zero',
    deviceTree: /^Raspberry Pi Zero(?! (?:2|W)\b)/,
    revisionTypes: [0x09],
    architectures: A32,
    memoryMib: [512],
    assumedMemoryMib: 512,
    cores: 1,
    ethernetMbit: 0,
    wifiGhz: [],
    hasClock: false,
    quirks: ['armv6', 'slow-fork', 'usb-gadget'],
  },
  {
    id: 'cm0',
    name: 'Raspberry Pi Compute Module 0',
    deviceTree: /^Raspberry Pi Compute Module 0\b/,
    revisionTypes: [0x1b],
    architectures: A64,
    memoryMib: [512],
    assumedMemoryMib: 512,
    cores: 4,
    ethernetMbit: 0,
    wifiGhz: [2.4],
    hasClock: false,
    quirks: ['usb-gadget'],
  },
  {
    id: 'cm5',
    name: 'Raspberry Pi Compute Module 5',
    deviceTree: /^Raspberry Pi Compute Module 5\b/,
    revisionTypes: [0x18, 0x1a],
    architectures: A64,
    memoryMib: [2048, 4096, 8192, 16384],
    assumedMemoryMib: 2048,
    cores: 4,
    ethernetMbit: 1000,
    wifiGhz: BOTH_BANDS,
    hasClock: true,
    quirks: ['clock-needs-battery'],
  },
  {
    id: 'cm4',
    name: 'Raspberry Pi Compute Module 4',
    deviceTree: /^Raspberry Pi Compute Module 4/,
    revisionTypes: [0x14, 0x15],
    architectures: A64,
    memoryMib: [1024, 2048, 4096, 8192],
    assumedMemoryMib: 1024,
    cores: 4,
    ethernetMbit: 1000,
    wifiGhz: BOTH_BANDS,
    hasClock: false,
    quirks: [],
  },
  {
    id: 'cm3',
    name: 'Raspberry Pi Compute Module 3',
    deviceTree: /^Raspberry Pi Compute Module 3\b/,
    revisionTypes: [0x0a, 0x10],
    architectures: A64,
    memoryMib: [1024],
    assumedMemoryMib: 1024,
    cores: 4,
    ethernetMbit: 0,
    wifiGhz: [],
    hasClock: false,
    quirks: [],
  },
  {
    id: 'cm1',
    name: 'Raspberry Pi Compute Module 1',
    deviceTree: /^Raspberry Pi Compute Module(?! \d)/,
    revisionTypes: [0x06],
    architectures: A32,
    memoryMib: [512],
    assumedMemoryMib: 512,
    cores: 1,
    ethernetMbit: 0,
    wifiGhz: [],
    hasClock: false,
    quirks: ['armv6', 'slow-fork'],
  },
  {
    id: 'pi1',
    name: 'Raspberry Pi 1 (A, B, A+, B+)',
    deviceTree: /^Raspberry Pi (?:1 )?Model [AB]\b/,
    revisionTypes: [0x00, 0x01, 0x02, 0x03],
    architectures: A32,
    memoryMib: [256, 512],
    assumedMemoryMib: 512,
    cores: 1,
    ethernetMbit: 100,
    wifiGhz: [],
    hasClock: false,
    quirks: ['armv6', 'ethernet-on-usb', 'slow-fork'],
  },
  {
    id: 'pc',
    name: 'another computer, real or virtual',
    // A PC has no device tree; a virtual ARM machine calls itself "linux,dummy-virt".
    deviceTree: /^linux,dummy-virt$/,
    revisionTypes: [],
    architectures: ['amd64', 'arm64'],
    memoryMib: [],
    assumedMemoryMib: 1024,
    cores: 1,
    ethernetMbit: 1000,
    wifiGhz: [],
    hasClock: true,
    quirks: [],
  },
]

const BY_ID: ReadonlyMap<string, Board> = new Map(BOARDS.map((board) => [board.id, board]))

/** The board with this short name; undefined when there is none. */
export function boardByModel(id: string): Board | undefined {
  return BY_ID.get(id)
}
