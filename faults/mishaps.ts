/** What goes wrong in the middle of an apply besides the power: is everything as if nothing had happened after one more? */
import { setTimeout as delay } from 'node:timers/promises'
import type { ApplyUnderWay } from '../test/lab/cluster-under-test.ts'
import { anew, prepared, WISHES, wrongAfter, type Undisturbed } from './disturbed.ts'
import { seeded, trialOf, type Experiment } from './fault.ts'
import { failuresIn, type SmallCluster } from './small-cluster.ts'

interface Mishap {
  readonly what: string
  readonly bring: (cluster: SmallCluster, apply: ApplyUnderWay) => Promise<unknown>
  /** When the apply has ended, or so long after. */
  readonly mend?: (cluster: SmallCluster) => Promise<unknown>
  readonly mendSeconds?: number
}

/** Makes whatever the program has started the first choice of the kernel's, then takes all memory that the node may have. */
const OUT_OF_MEMORY = `
for p in /proc/[0-9]*; do
  case $(tr '\\0' ' ' <"$p/cmdline" 2>/dev/null) in
  *.sh\\ converge\\ * | apt-get* | dpkg* | *runner\\ *) echo 1000 >"$p/oom_score_adj" ;;
  esac
done
tail /dev/zero`

/** The kernel does it only between two writes, so it is asked again and again. */
const READ_ONLY = `
for d in /var/lib /; do
  n=0
  until mount -o remount,bind,ro $d 2>/dev/null || [ $((n += 1)) -gt 300 ]; do sleep 0.1; done
done`

const MISHAPS: readonly Mishap[] = [
  { what: 'the controller killed', bring: (_, apply) => apply.kill() },
  {
    what: 'the network cable cut for 5 s',
    bring: (cluster) => cluster.cable(false),
    mend: (cluster) => cluster.cable(true),
    mendSeconds: 5,
  },
  {
    what: 'the network cable cut until the apply gave up',
    bring: (cluster) => cluster.cable(false),
    mend: (cluster) => cluster.cable(true),
  },
  {
    what: 'the disk full where Bramble keeps its books',
    bring: (cluster) =>
      cluster.run(
        'mkdir -p /var/lib/bramble; mount -t tmpfs -o size=4k full /var/lib/bramble && echo >/var/lib/bramble/full',
      ),
    mend: (cluster) =>
      cluster.run('umount -l /var/lib/bramble; rmdir --ignore-fail-on-non-empty /var/lib/bramble'),
  },
  {
    what: 'the disk full where settings are',
    bring: (cluster) =>
      cluster.run(
        'for d in sysctl.d sudoers.d systemd; do mount -t tmpfs -o size=4k full /etc/$d; echo >/etc/$d/full; done',
      ),
    // systemd remembers which units were enabled while it saw the full disk in the place of its own.
    mend: (cluster) =>
      cluster.run('for d in sysctl.d sudoers.d systemd; do umount -l /etc/$d; done; systemctl daemon-reload'),
  },
  {
    what: 'the disk remounted read-only',
    bring: (cluster) => cluster.tryRun(READ_ONLY),
    mend: (cluster) => cluster.run('for d in / /var/lib; do mount -o remount,bind,rw $d; done'),
  },
  { what: 'the program killed for want of memory', bring: (cluster) => cluster.tryRun(OUT_OF_MEMORY) },
]

async function disturb(
  cluster: SmallCluster,
  { bring, mend, mendSeconds }: Mishap,
  seconds: number,
): Promise<string> {
  const apply = cluster.start()
  await Promise.race([delay(seconds * 1000), apply.ended])
  await bring(cluster, apply)
  if (mendSeconds !== undefined) await delay(mendSeconds * 1000)
  else await apply.ended
  await mend?.(cluster)
  return failuresIn(await apply.ended).join('; ') || 'it was done by then, or went on'
}

/** Every mishap so many times, while everything is applied and while it is taken away, at moments that follow from the seed. */
export const mishaps: Experiment = async ({ runs, seed }, tell, say) => {
  let stage = await prepared({ emulated: false, counted: true }, tell, say)
  const random = seeded(seed)
  for (let round = 1; round <= Math.max(1, runs); round++) {
    for (const mishap of MISHAPS) {
      for (const wish of WISHES) {
        const { cluster } = stage
        const { seconds, state } = stage.all.get(wish) as Undisturbed
        const moment = random() * seconds
        await cluster.wish(wish)
        const told = await disturb(cluster, mishap, moment)
        const what = `${wish}, after ${moment.toFixed(3)} s (${told})`
        const wrong = await wrongAfter(cluster, state)
        tell(trialOf(`${mishap.what}: one more apply leaves what an undisturbed run leaves`, what, wrong))
        if (wrong.length > 0) stage = await anew(stage, wish, tell, say)
      }
    }
  }
}
