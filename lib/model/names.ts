/**
 * A DNS name as fairlead holds it everywhere inside: lower case, no final dot, a leading `*` written as `*`, every other
 * character outside `a-z 0-9 - _ .` as Route 53's three-digit octal escape (`\052` form). It is the form Route 53 lists
 * names in, less the final dot and with the wildcard readable.
 */
export type DnsName = string;

/** A hosted zone's id without the `/hostedzone/` in front. */
export type ZoneId = string;

/** An ownership id, as it stands in the TXT records (ExternalDNS: txt-owner-id). */
export type OwnerId = string;

/** A cluster's name, unique in the config. */
export type ClusterName = string;
