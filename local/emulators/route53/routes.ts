/** The operation that a method and path stand for, with what the path names. */
export interface Route {
  readonly operation: string;
  readonly id: string;
  readonly kind: string;
}

/** Route 53's REST paths (API reference); `{id}` and `{kind}` take one segment. */
const ROUTES: readonly (readonly [method: string, path: string, operation: string])[] = [
  ['GET', 'hostedzone', 'ListHostedZones'],
  ['POST', 'hostedzone', 'CreateHostedZone'],
  ['GET', 'hostedzone/{id}', 'GetHostedZone'],
  ['DELETE', 'hostedzone/{id}', 'DeleteHostedZone'],
  ['GET', 'hostedzone/{id}/rrset', 'ListResourceRecordSets'],
  ['POST', 'hostedzone/{id}/rrset', 'ChangeResourceRecordSets'],
  ['GET', 'hostedzonesbyname', 'ListHostedZonesByName'],
  ['GET', 'hostedzonecount', 'GetHostedZoneCount'],
  ['GET', 'hostedzonelimit/{id}/{kind}', 'GetHostedZoneLimit'],
  ['GET', 'change/{id}', 'GetChange'],
  ['POST', 'tags/{kind}', 'ListTagsForResources'],
  ['GET', 'tags/{kind}/{id}', 'ListTagsForResource'],
  ['POST', 'tags/{kind}/{id}', 'ChangeTagsForResource'],
];

const MATCHERS = ROUTES.map(([method, path, operation]) => ({
  method,
  operation,
  pattern: new RegExp(`^/2013-04-01/${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`),
}));

/** Undefined when no operation has this path. */
export function routeOf(method: string, path: string): Route | undefined {
  for (const matcher of MATCHERS) {
    const match = matcher.method === method ? matcher.pattern.exec(path) : null;
    if (!match) continue;
    const { id = '', kind = '' } = match.groups ?? {};
    return { operation: matcher.operation, id: segment(id), kind: segment(kind) };
  }
  return undefined;
}

function segment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
