/**
 * A DNS name as fairlead holds it everywhere inside: lower case, no final dot, every character outside
 * `a-z 0-9 - _ . *` as a three-digit octal escape (`\100` for `@`). It is the form in which Route 53 lists names, less the
 * final dot and with `*` readable (Route 53 lists it as `\052`).
 */
export type DnsName = string;

/** A hosted zone's id without the `/hostedzone/` in front. */
export type ZoneId = string;

/** An ownership id, as it stands in the TXT records (ExternalDNS: txt-owner-id). */
export type OwnerId = string;

/** A cluster's name, unique in the config. */
export type ClusterName = string;
