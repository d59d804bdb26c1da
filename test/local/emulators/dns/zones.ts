import type { RecordJson, ZoneJson } from '../../../../local/emulators/route53/index.ts';

export const ALB = 'k8s-shop-0123456789.eu-west-1.elb.amazonaws.com';
const set = (name: string, type: string, value: string | string[], fields: Partial<RecordJson> = {}): RecordJson => ({
  name: `${name}example.com`,
  type,
  ttl: 300,
  values: [value].flat(),
  ...fields,
});
const alias = (name: string, type: string, hostedZoneId: string, dnsName: string): RecordJson => ({
  name: `${name}example.com`,
  type,
  alias: { hostedZoneId, dnsName, evaluateTargetHealth: false },
});
/** Distinct addresses. */
export const answers = (from: number, count: number) => Array.from({ length: count }, (_, i) => `10.0.${from}.${i}`);

/** Public, delegated and private zones with every sort of record. */
export const ZONES: ZoneJson[] = [
  {
    id: 'Z1',
    name: 'example.com',
    records: [
      set('', 'A', '192.0.2.1'),
      set('', 'MX', '10 mail.example.com'),
      set('', 'TXT', '"v=spf1 -all"'),
      set('www.', 'A', ['192.0.2.2', '192.0.2.3']),
      set('www.', 'AAAA', '2001:db8::2'),
      set('txt.', 'TXT', '"one \\"quoted\\"" "two\\303\\266"'),
      set('srv.', 'SRV', '1 2 8080 www.example.com'),
      set('caa.', 'CAA', '0 issue "ca.example.net"'),
      set('c.', 'CNAME', 'www.example.com'),
      set('cc.', 'CNAME', 'c.example.com'),
      set('away.', 'CNAME', 'www.example.net'),
      set('gone.', 'CNAME', 'missing.example.com'),
      set('loop.', 'CNAME', 'loop.example.com'),
      set('over.', 'CNAME', 'host.sub.example.com'),
      alias('alb.', 'A', 'Z32O12XQLNTSW2', `dualstack.${ALB}`),
      alias('alb.', 'AAAA', 'Z32O12XQLNTSW2', ALB),
      alias('own.', 'A', 'Z1', 'www.example.com'),
      alias('chain.', 'A', 'Z1', 'own.example.com'),
      alias('broken.', 'A', 'Z1', 'missing.example.com'),
      alias('cross.', 'A', 'Z2', 'host.sub.example.com'),
      set('*.wild.', 'A', '192.0.2.9'),
      set('known.wild.', 'TXT', '"x"'),
      set('deep.under.wild.', 'A', '192.0.2.8'),
      set('delegated.', 'NS', 'ns1.example.net'),
      set('w.', 'A', '10.1.0.1', { setIdentifier: 'one', weight: 0 }),
      set('w.', 'A', '10.1.0.2', { setIdentifier: 'two', weight: 5 }),
      set('many.', 'A', answers(0, 100)),
      set('ds.', 'DS', '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118'),
    ],
  },
  {
    id: 'Z2',
    name: 'sub.example.com',
    records: [{ name: 'host.sub.example.com', type: 'A', ttl: 60, values: ['192.0.2.20'] }],
  },
  { id: 'Z3', name: 'example.com', private: true, records: [set('secret.', 'A', '10.9.9.9')] },
];
