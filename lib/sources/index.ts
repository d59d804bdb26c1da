export { parseDuration, parseSeconds } from './duration.ts';
export { canonicalHostname, quoted } from './hostname.ts';
export { parseSelector } from './selector.ts';
export { type SourceContext, sourceSettings } from './settings.ts';
export { parseTemplate } from './template/index.ts';
export { dnsFingerprint, wantedFrom } from './wanted.ts';
