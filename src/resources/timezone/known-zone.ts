/** The time zones that nodes have. */
import { judgedBy, type Mistake } from '../../cluster-file/forms.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { zoneName } from './timezone.ts'
import { CURRENT_ZONES, FORMER_ZONES } from './zone-names.ts'

/** A zone that is in Debian's packages. */
export const knownZone = judgedBy(zoneName, (name): Mistake | undefined => {
  if (CURRENT_ZONES.has(name) || FORMER_ZONES.has(name)) return undefined
  const near = didYouMean(name, [...CURRENT_ZONES, ...FORMER_ZONES]) ?? zoneOfCity(name)
  return {
    problem: 'is no time zone that nodes have',
    fix: near ? `did you mean ${near}?` : 'write a region and a city, such as Europe/Lisbon, or UTC',
    why: 'the node would have no table of its hours, and the apply would fail there',
  }
})

/** People know their city; the region before it is of the database's making. */
function zoneOfCity(name: string): string | undefined {
  const city = name.split('/').at(-1) ?? ''
  const zones = [...CURRENT_ZONES].filter((zone) => zone.includes('/'))
  const cities = new Map(zones.map((zone) => [zone.split('/').at(-1) ?? '', zone]))
  return cities.get(didYouMean(city, cities.keys()) ?? '')
}
