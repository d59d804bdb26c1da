export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** What a test asked to go wrong in a cluster. Resources are named as in RBAC rules: `services`, `ingresses`. */
export class ClusterFaults {
  /** 401 for every call, whatever its token. */
  unauthorized = false;
  /** Added to every answer, in milliseconds. */
  latencyMs = 0;
  /** API groups whose custom resources are not installed: 404, also for their discovery. */
  readonly absent = new Set<string>();
  /** RBAC with Roles in these namespaces alone: 403 for others, and for all of them at once. What is of no namespace is let through. */
  roles: ReadonlySet<string> | undefined;
  readonly #denied = new Map<string, ReadonlySet<Verb> | 'all'>();
  readonly #cuts = new Map<string, number>();
  readonly #limited = { left: 0, retryAfterSeconds: 1 };
  #drops = 0;

  /** RBAC without the right: 403 for these verbs, or for all. */
  deny(resource: string, ...verbs: Verb[]): void {
    this.#denied.set(resource, verbs.length > 0 ? new Set(verbs) : 'all');
  }

  /** Takes a denial back. */
  permit(resource: string): void {
    this.#denied.delete(resource);
  }

  /** From now on, a listing of the resource is cut off after so many pages (0: the first is cut already). */
  cutListAfter(resource: string, pages: number): void {
    this.#cuts.set(resource, pages);
  }

  /** The next calls are answered 429 with Retry-After. */
  limitNext(times: number, retryAfterSeconds = 1): void {
    this.#limited.left = times;
    this.#limited.retryAfterSeconds = retryAfterSeconds;
  }

  /** The next calls end in a cut connection. */
  dropNext(times = 1): void {
    this.#drops = times;
  }

  clear(): void {
    this.unauthorized = false;
    this.latencyMs = 0;
    this.absent.clear();
    this.roles = undefined;
    this.#denied.clear();
    this.#cuts.clear();
    this.#limited.left = 0;
    this.#drops = 0;
  }

  isDenied(resource: string, verb: Verb): boolean {
    const denied = this.#denied.get(resource);
    return denied === 'all' || (denied?.has(verb) ?? false);
  }

  isWithoutRole(kind: { readonly namespaced: boolean }, namespace: string | undefined): boolean {
    return kind.namespaced && this.roles !== undefined && !(namespace !== undefined && this.roles.has(namespace));
  }

  /** Is this page of a listing (1 is the first) beyond the cut? */
  isCut(resource: string, page: number): boolean {
    return page > (this.#cuts.get(resource) ?? Number.POSITIVE_INFINITY);
  }

  takeDrop(): boolean {
    if (this.#drops === 0) return false;
    this.#drops--;
    return true;
  }

  /** Seconds to wait, when this call is one too many. */
  takeLimit(): number | undefined {
    if (this.#limited.left === 0) return undefined;
    this.#limited.left--;
    return this.#limited.retryAfterSeconds;
  }
}
