/** Program: brings one lab up, to be killed while it is at it. Argument: the lab as JSON. */
import { labUp, type LabSpec } from '../../src/lab/lab.ts'

await labUp(JSON.parse(process.argv[2] ?? '') as LabSpec)
