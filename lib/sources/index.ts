export { parseDuration, parseSeconds } from './duration.ts';
export { canonicalHostname, type HostnameResult, type HostnameRules, quoted } from './hostname.ts';
export { type SourceContext, type SourceSettings, sourceSettings } from './settings.ts';
export { dnsFingerprint, wantedFrom } from './wanted.ts';
