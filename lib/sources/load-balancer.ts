import type { Field } from './notes.ts';
import { at } from './object.ts';

/**
 * What the AWS load balancer controller's annotations say of a load balancer: annotations of the object that are not under
 * our prefixes, so that they are read from its metadata. Malformed ones say nothing here: they are the controller's to refuse.
 */
type Metadata = unknown;

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/: ingress and service annotations. */
const ADDRESS_TYPES = [
  'alb.ingress.kubernetes.io/ip-address-type',
  'service.beta.kubernetes.io/aws-load-balancer-ip-address-type',
];
const FRONTEND_NLB = 'alb.ingress.kubernetes.io/enable-frontend-nlb';

/** True when the load balancer is said to have no IPv6 address, so that an alias of type AAAA would point to nothing. */
export function isIPv4Only(metadata: Metadata): boolean {
  const annotations = at(metadata, 'annotations');
  return ADDRESS_TYPES.some(key => at(annotations, key) === 'ipv4');
}

/**
 * The targets of a load balancer's status. An ALB with a frontend NLB has two names: that of the NLB is the one to publish,
 * the ALB behind it is internal. Until the NLB is there, what there is.
 */
export function frontTargets(metadata: Metadata, targets: readonly Field[]): readonly Field[] {
  if (at(at(metadata, 'annotations'), FRONTEND_NLB) !== 'true') return targets;
  const front = targets.filter(({ text }) => NLB.test(text));
  return front.length > 0 ? front : targets;
}

/** Of an NLB `elb` stands before the region, of an ALB behind it. */
const NLB = /\.elb\.[a-z]+-[a-z-]+-\d+\./i;
