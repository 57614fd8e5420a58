/** What a node has of a program that its systemd runs for a service. */
import { directory } from '../../resources/directory/directory.ts'
import { farewell } from '../../resources/farewell/farewell.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import type { ServiceSchedule } from '../../topology/service.ts'
import { ENVIRONMENT_FOLDER, environmentFile, workTimer, workUnit } from './names.ts'
import { environmentText } from './quoted.ts'
import { workTimerText, workUnitText, type ProgramWork } from './unit-text.ts'

/** What is known of the node beside the service. */
export interface WorkSurroundings {
  /** Whether roles of the node bring this resource. */
  readonly isBrought: (address: LocalAddress) => boolean
  /** Whether a text shows a secret. */
  readonly isSecret: (text: string) => boolean
}

/** The resources, in the order of effect. */
export function workResources(
  work: ProgramWork,
  { isBrought, isSecret }: WorkSurroundings,
): readonly Resource[] {
  const { name, binary, schedule } = work
  const settings = environmentOf(work, isSecret)
  const variables = settings.slice(1).map(addressOf)
  const brought: LocalAddress[] = [`file:${binary}`, `link:${binary}`]
  const program = brought.filter(isBrought)
  const unitFile = unit({ name: workUnit(name), content: workUnitText(work), needs: program })
  if (schedule !== undefined)
    return [...settings, unitFile, ...timed(name, schedule, [addressOf(unitFile), ...variables])]
  const restartOn = [addressOf(unitFile), ...variables, ...program]
  return [...settings, unitFile, service({ name: workUnit(name), restartOn })]
}

/** The folder and the file in it; nothing where no variables are wanted. */
function environmentOf(
  { name, env }: ProgramWork,
  isSecret: WorkSurroundings['isSecret'],
): readonly Resource[] {
  const values = Object.values(env)
  if (values.length === 0) return []
  // A secret shows nowhere, and beside it nothing else of the file can be shown.
  const isHidden = values.some(isSecret)
  const content = environmentText(env)
  return [
    directory({ path: ENVIRONMENT_FOLDER, mode: '700' }),
    file({ path: environmentFile(name), content, mode: '600', ...(isHidden && { sensitive: true }) }),
  ]
}

/** What starts the unit in time. */
function timed(
  name: string,
  schedule: ServiceSchedule,
  needs: readonly [LocalAddress, ...LocalAddress[]],
): readonly Resource[] {
  const [unitFile] = needs
  const timerFile = unit({
    name: workTimer(name),
    content: workTimerText(name, schedule),
    needs: [unitFile],
  })
  const timer = service({
    name: workTimer(name),
    restartOn: [addressOf(timerFile), unitFile],
    needs: needs.slice(1),
  })
  return [timerFile, timer, endOfRun(name, addressOf(timer))]
}

/** A run that is on its way when the service leaves ends with it; a timer that stops lets it go on. */
function endOfRun(name: string, timer: LocalAddress): Resource {
  return farewell({
    name: `end what runs of ${name}`,
    run: ['systemctl', 'stop', workTimer(name), workUnit(name)],
    needs: [timer],
  })
}
