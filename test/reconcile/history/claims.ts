/** A rule of `claims` as a history writes it; apexes are let through by all. */
export interface Rule {
  readonly clusters?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly domains?: readonly string[];
  readonly types?: readonly ('A' | 'AAAA' | 'CNAME')[];
  readonly wildcard?: boolean;
}

export const CLAIMS = {
  none: [],
  nobody: [{ namespaces: ['nobody'] }],
  shop: [{ namespaces: ['sh*'], wildcard: true }],
  first: [{ clusters: ['c1'], wildcard: true }],
  domains: [
    { domains: ['team.example.com'], clusters: ['c2', 'c3'] },
    { domains: ['w.example.com'] },
    { domains: ['example.com'], namespaces: ['default'], wildcard: true },
  ],
  addresses: [{ types: ['A', 'AAAA'] }],
  halves: [{ types: ['A'], wildcard: true }, { types: ['CNAME'] }],
} as const satisfies Record<string, readonly Rule[]>;

export function claimsText(claims: keyof typeof CLAIMS): string {
  const rules = CLAIMS[claims].map(rule => JSON.stringify({ ...rule, apex: true }));
  return `claims: [${rules.join(', ')}]\n`;
}
