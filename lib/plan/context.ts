import type { Authority } from './authority.ts';
import type { PlanSettings } from './settings.ts';
import type { ZoneView } from './site.ts';
import type { TypesAt } from './wanted.ts';

/** What the plan of one name may look at, besides the name itself. */
export interface NameContext {
  readonly view: ZoneView;
  readonly settings: PlanSettings;
  readonly authority: Authority;
  readonly typesAt: TypesAt;
}
