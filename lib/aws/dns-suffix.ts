/**
 * What the names of AWS's servers end with, by partition. From the SDK's list of partitions (@aws-sdk/core, partitions.js),
 * which it does not give away.
 */
const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
];

export const dnsSuffix = (region: string): string =>
  SUFFIXES.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
