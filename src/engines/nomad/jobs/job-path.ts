/** Where a job is found in Nomad's API. */

/** Path of a job: its name may hold slashes and anything but spaces. */
export function pathOf(id: string): string {
  return `/v1/job/${encodeURIComponent(id)}`
}
