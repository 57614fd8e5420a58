/** The kind `engine-state`: the folder of an engine's state holds nothing of another cluster when the engine comes to it. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { defineKind } from '../kind.ts'
import { unitName } from '../service/service.ts'

const engineStateOptions = z.strictObject({
  folder: absolutePath.describe('The folder of the state.'),
  engine: z.string().describe('Whose state it is, as people call it.'),
  entries: z
    .array(z.string().regex(/^[^\s/][^\s]*$/, 'must be a path inside the folder'))
    .min(1)
    .describe('What an engine that has run leaves there: paths inside the folder.'),
  owner: absolutePath.describe(
    'A file that Bramble writes for the engine: where it made that, the state is ours.',
  ),
  unit: unitName.describe('The unit of the engine: it is stopped before its state is set aside.'),
  found: z
    .enum(['refuse', 'adopt', 'set_aside'])
    .default('refuse')
    .describe(
      'What becomes of a state that is there before the first apply: nothing is changed anywhere, it is taken over, or it is set aside and put back when the engine leaves.',
    ),
  identity: z
    .string()
    .regex(/^[^\s/]+$/, 'must be a name')
    .optional()
    .describe(
      'A file inside the folder whose first line is what the engine knows this node by: told as the fact `engine_ids`, because copies of a card share it.',
    ),
  option: z.string().describe('How the user says otherwise, such as `old_state` of consul-server.'),
})

type EngineStateOptions = z.input<typeof engineStateOptions>

/**
 * A state that was there before Bramble came: a member with the memory of another cluster keeps all others from finding a leader.
 * It is found by the first look, and the run ends before anything is changed, unless the user has said what it is.
 * Set aside it lies beside the folder, in `FOLDER.bramble-aside`, whole.
 */
export const engineState = defineKind<EngineStateOptions>({
  name: 'engine-state',
  summary: 'The state of an engine, which holds nothing of another cluster.',
  // Before anything of the engine.
  stage: 12,
  converges: 'each',
  options: engineStateOptions,
  resource: (given) => {
    const {
      folder,
      engine,
      entries,
      owner,
      unit,
      found,
      option,
      identity = '-',
    } = engineStateOptions.parse(given)
    return { name: folder, row: [engine, entries.join(' '), owner, unit, found, option, identity] }
  },
})

export default engineState.kind
