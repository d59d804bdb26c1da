export { parseDuration, parseSeconds } from './duration.ts';
export { canonicalHostname, quoted } from './hostname.ts';
export {
  type Place,
  placesOf,
  type ResourceKind,
  resourcesOf,
  rulesFor,
  SOURCE_DEFAULT,
  SOURCE_GROUPS,
  SOURCE_KINDS,
  type SourceKind,
  sourceOf,
  sourceOfResource,
} from './kinds.ts';
export { isNeededResource, type NeededResource, NeededStore, noting, objectKey } from './needed.ts';
export { Reading } from './reading.ts';
export { parseSelector } from './selector.ts';
export { EVERY_GATEWAY, type GatewaySettings, type SourceContext, sourceSettings } from './settings.ts';
export { dnsFingerprint, wantedFrom } from './wanted.ts';
