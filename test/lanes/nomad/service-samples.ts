/** Services as the cluster file would make them, as jobs for a real server. */
import { serviceJobFile, type WorkService } from '../../../src/engines/nomad/services/service-job.ts'
import type { JobFile } from '../../../src/engines/nomad/jobs/job-file.ts'

const RUN = {
  work: { binary: '/usr/local/bin/web' },
  args: ['90'],
  env: { COLOR: 'blue' },
  memoryMebibytes: 64,
  count: 2,
  update: { parallel: 1, healthySeconds: 10, withinSeconds: 300 },
}
const NOTHING_SAID = { tags: [], meta: {}, checks: [] }

function fileOf(service: WorkService): JobFile {
  const clients = ['cow', 'dog', 'eel']
  const surroundings = { datacenter: 'home', clients, isSecret: () => false, provider: 'nomad' } as const
  return serviceJobFile({ service, nodes: ['dog', 'eel'] }, surroundings)
}

/** A service with a port and a check, on two nodes. */
export function lastingJob(): JobFile {
  const checks = [{ http: ':8090/health', interval: '10s', timeout: '5s' }]
  return fileOf({ ...NOTHING_SAID, name: 'web', port: 8090, tags: ['hall'], checks, run: RUN })
}

/** A service that is run at night. */
export function nightlyJob(name: string, missed: 'again' | 'skip'): JobFile {
  const schedule = { cron: '0 3 * * *', timeZone: 'UTC', missed }
  return fileOf({ ...NOTHING_SAID, name, run: { ...RUN, count: 1, schedule } })
}
