import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCall } from '../aws/call.ts';
import type { Credentials } from '../aws/credentials.ts';
import { Faults } from '../aws/faults.ts';
import { DROPPED, type WireAnswer, type WireRequest } from '../aws/http.ts';
import { type Counts, Journal, type LogEntry } from '../aws/journal.ts';
import { verifySignature } from '../aws/sigv4.ts';
import { accessDenied, authorize } from './access.ts';
import type { ChangeInfo } from './answers.ts';
import { readChangeBatch } from './batch-xml.ts';
import { constraint, noSuchHostedZone, Route53Error } from './errors.ts';
import type { HostedZone } from './hosted-zone.ts';
import { type DumpOptions, dumpZones, loadZones, type ZoneJson } from './json.ts';
import { type Account, type Answer, type Call, type Operation, recordOperations } from './operations.ts';
import type { Change } from './records.ts';
import { type Route, routeOf } from './routes.ts';
import { Route53Store } from './store.ts';
import { tagOperations } from './tag-operations.ts';
import { AccountThrottle, REAL_THROTTLE, type Throttle } from './throttle.ts';
import { failure, type InvalidChangeBatchShape, refusalOf, success } from './wire.ts';
import { zoneOperations } from './zone-operations.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = { ...recordOperations, ...zoneOperations, ...tagOperations };

/** What becomes of a call, gathered on its way for the journal. */
type Trace = { -readonly [K in 'zoneId' | 'changes' | 'applied']?: LogEntry[K] };

/** A batch that was applied, and who sent it. */
export interface AppliedBatch {
  readonly accessKeyId: string;
  readonly zoneId: string;
  readonly changes: readonly Change[];
}

/** Route 53 on the wire: REST-XML, signed, throttled, over a pure store. */
export class Route53Service {
  readonly store: Route53Store;
  readonly faults = new Faults();
  readonly journal = new Journal();
  invalidChangeBatchShape: InvalidChangeBatchShape = 'ErrorResponse';
  /** Told of every batch at once when it is applied, whether or not the answer arrives. */
  onApplied: ((batch: AppliedBatch) => void) | undefined;
  /** How long a change stays PENDING, in milliseconds. */
  insyncAfterMs = 0;
  readonly #credentials: Credentials;
  readonly #changes = new Map<string, ChangeInfo>();
  readonly #callerReferences = new Set<string>();
  /** Zones with a change on its way. */
  readonly #busy = new Set<string>();
  #throttle = new AccountThrottle(REAL_THROTTLE);

  constructor(credentials: Credentials, store = new Route53Store()) {
    this.#credentials = credentials;
    this.store = store;
  }

  /** The limits of each account; undefined: none. Setting them fills all buckets. */
  get throttle(): Throttle | undefined {
    return this.#throttle.limits;
  }

  set throttle(limits: Throttle | undefined) {
    this.#throttle = new AccountThrottle(limits);
  }

  /** Calls, refusals and changes since the last `journal.reset()`. */
  get counts(): Readonly<Counts> {
    return this.journal.counts;
  }

  get log(): readonly LogEntry[] {
    return this.journal.log;
  }

  /** Adds zones in plain form, replacing those with the same id; see loadZones. */
  load(zones: readonly ZoneJson[]): void {
    loadZones(this.store, zones);
  }

  /** All zones in plain form; see dumpZones. */
  dump(options?: DumpOptions): ReturnType<typeof dumpZones> {
    return dumpZones(this.store, options);
  }

  /** Takes back every fault that a test asked for, poisoned names and missing targets included; not the throttle. */
  clearFaults(): void {
    this.faults.clear();
    this.store.poisons.length = 0;
    this.store.missingTargets.clear();
    this.store.missingHealthChecks.clear();
    this.store.ipv4Targets.clear();
  }

  readonly serve = (request: WireRequest): Promise<WireAnswer | typeof DROPPED> => {
    const route = routeOf(request.method, request.path);
    const operation = route?.operation ?? 'UnknownOperation';
    const trace: Trace = {};
    return answerCall(this.journal, {
      operation,
      trace,
      work: () => this.#carryOut(request, route, trace),
      success: (answer: Answer, requestId) => success(operation, answer, requestId),
      refusal: refusalOf,
      failure: (refusal, requestId) => failure(refusal, requestId, this.invalidChangeBatchShape),
    });
  };

  async #carryOut(request: WireRequest, route: Route | undefined, trace: Trace): Promise<Answer | typeof DROPPED> {
    const now = Date.now();
    const { identity } = verifySignature(request, { credentials: this.#credentials, service: 'route53', now });
    if (!route) {
      const what = `Could not find operation ${request.method} ${request.path}`;
      throw new Route53Error(404, 'UnknownOperationException', what);
    }
    if (route.operation.endsWith('ResourceRecordSets')) trace.zoneId = route.id;
    const call: Call = { ...route, query: new URLSearchParams(request.query), body: request.body, identity, now };
    this.#throttle.takeRequest(identity.account, call.operation, now);
    this.#checkFaults(call);
    if (route.operation !== 'ChangeResourceRecordSets') {
      authorize(call);
      return this.#perform(call, trace);
    }
    if (this.#busy.has(route.id)) throw priorRequestNotComplete();
    this.#busy.add(route.id);
    try {
      return await this.#perform(call, trace);
    } finally {
      this.#busy.delete(route.id);
    }
  }

  async #perform(call: Call, trace: Trace): Promise<Answer | typeof DROPPED> {
    const { operation } = call;
    if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
    if (this.faults.takeDrop(operation, 'before')) return DROPPED;
    this.faults.interruptAt(operation, 'before');
    try {
      const full = operation === 'ChangeResourceRecordSets' ? this.#withBatch(call, trace) : call;
      const answer = (OPERATIONS[operation] as Operation)(full, this.#account);
      if (full.batch) this.#applied(full, full.batch.changes, trace);
      return this.faults.takeDrop(operation, 'after') ? DROPPED : answer;
    } finally {
      this.faults.interruptAt(operation, 'after');
    }
  }

  #applied({ identity, id }: Call, changes: readonly Change[], trace: Trace): void {
    trace.applied = true;
    this.onApplied?.({ accessKeyId: identity.accessKeyId, zoneId: id, changes });
  }

  /** A zone that is not there is told before the batch is read. */
  #withBatch(call: Call, trace: Trace): Call {
    this.#account.zone(call);
    const batch = readChangeBatch(call.body);
    trace.changes = batch.changes.length;
    authorize(call, batch.changes);
    this.#throttle.takeChanges(call.identity.account, batch.changes.length, call.now);
    return { ...call, batch };
  }

  #checkFaults({ operation, id, identity }: Call): void {
    if (this.faults.denied.has(operation) || this.faults.denied.has('*')) {
      throw accessDenied({ operation, id, identity });
    }
    const injected = this.faults.takeFailure(operation);
    if (injected) throw new Route53Error(injected.status, injected.code, injected.message);
  }

  get #account(): Account {
    const { store, insyncAfterMs } = this;
    return {
      store,
      insyncAfterMs,
      changes: this.#changes,
      callerReferences: this.#callerReferences,
      zones: call => [...store.zones.values()].filter(zone => zone.account === call.identity.account),
      zone: (call, id = call.id) => ownZone(store, id, call.identity.account),
      newChange: (call, comment) => this.#newChange(call, comment),
    };
  }

  #newChange(call: Call, comment: string | undefined): ChangeInfo {
    const hash = createHash('sha256').update(`change ${this.#changes.size}`).digest('hex');
    const id = `C${BigInt(`0x${hash}`).toString(36).toUpperCase().slice(0, 20)}`;
    const change = { id, submittedAt: call.now, comment };
    this.#changes.set(id, change);
    return change;
  }
}

/** The path takes the bare id, without `/hostedzone/`. */
function ownZone(store: Route53Store, id: string, account: string): HostedZone {
  if (id.length > 32) throw constraint('resourceId', id, 'have length less than or equal to 32');
  const zone = store.zones.get(id);
  if (zone?.account !== account) throw noSuchHostedZone(id);
  return zone;
}

function priorRequestNotComplete(): Route53Error {
  const message = 'The request was rejected because Route 53 was still processing a prior request.';
  return new Route53Error(400, 'PriorRequestNotComplete', message);
}
