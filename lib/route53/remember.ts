import type { Route53Port } from './port.ts';

/** A Route 53 that is asked for nothing twice: who looks at it several times sees the same each time. It changes nothing. */
export function remembering(route53: Route53Port): Route53Port {
  const answers = new Map<string, Promise<unknown>>();
  const once =
    <A extends unknown[], R>(name: string, ask: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      const key = JSON.stringify([name, ...args]);
      const known = answers.get(key) ?? ask(...args);
      answers.set(key, known);
      known.catch(() => answers.delete(key));
      return known as Promise<R>;
    };
  return {
    ...route53,
    changeRecordSets: () => Promise.reject(new Error('who only looks changes nothing')),
    listHostedZones: once('zones', marker => route53.listHostedZones(marker)),
    listRecordSets: once('records', (...args) => route53.listRecordSets(...args)),
    listTags: once('tags', zones => route53.listTags(zones)),
    recordSetLimit: once('limit', zone => route53.recordSetLimit(zone)),
  };
}
