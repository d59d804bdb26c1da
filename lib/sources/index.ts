export { desiredFrom, dnsFingerprint, joiningOf } from './desired.ts';
export { parseDuration, parseSeconds } from './duration.ts';
export { canonicalHostname, quoted } from './hostname.ts';
export { IGNORE_FIELD, OWN_PREFIX } from './ignore.ts';
export {
  ASKING,
  isNamespaced,
  joinsOf,
  namespacesRead,
  type Place,
  placesOf,
  RESOURCE_KINDS,
  type ResourceKind,
  type Rule,
  resourcesOf,
  rulesFor,
  rulesOver,
  SOURCE_DEFAULT,
  SOURCE_GROUPS,
  SOURCE_KINDS,
  type SourceKind,
  sourceOf,
  sourceOfResource,
} from './kinds.ts';
export { isNeededResource, type NeededResource, NeededStore, noting, objectKey } from './needed.ts';
export { Reading, type Selection } from './reading.ts';
export { REGIONS } from './regions.ts';
export { parseSelector } from './selector.ts';
export {
  EVERY_GATEWAY,
  type GatewaySettings,
  type SourceConfig,
  type SourceContext,
  sourceSettings,
} from './settings.ts';
export { parseTemplate } from './template/index.ts';
