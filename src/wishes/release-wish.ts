/** What roles wish for among the makers' releases. */
import type { WantedRelease } from '../releases/layout.ts'

/** A release file that must be fetched, verified and pinned before anything is compiled. */
export type ReleaseWish = WantedRelease
