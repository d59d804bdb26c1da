export { parseDuration, parseSeconds } from './duration.ts';
export { canonicalHostname, quoted } from './hostname.ts';
export { type SourceContext, sourceSettings } from './settings.ts';
export { dnsFingerprint, wantedFrom } from './wanted.ts';
