/** A statement of an identity-based policy, its variables filled in. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  /** Operator → key → values, one of which must fit; all operators and keys must. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What is asked of IAM: may this be done, with what is known of the request. */
export interface AccessRequest {
  /** `service:Action`. */
  readonly action: string;
  /** An ARN, or `*` for what has none. */
  readonly resource: string;
  /** By condition key, whose case does not matter; a key with one value, or with several. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** Why it is not allowed; the two are worded differently. */
export type Decision = 'allowed' | 'implicitly denied' | 'explicitly denied';

/**
 * Decides as IAM does: an explicit deny wins, then an allow, else it is denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(policy: readonly PolicyStatement[], request: AccessRequest): Decision {
  const fitting = policy.filter(statement => fits(statement, request));
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return 'explicitly denied';
  return fitting.length > 0 ? 'allowed' : 'implicitly denied';
}

function fits(
  { Action, Resource, Condition = {} }: PolicyStatement,
  { action, resource, context = {} }: AccessRequest,
) {
  return (
    [Action].flat().some(pattern => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    [Resource].flat().some(pattern => isLike(resource, pattern)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, [values].flat(), valuesOf(key, context))),
    )
  );
}

function valuesOf(key: string, context: NonNullable<AccessRequest['context']>): readonly string[] {
  const found = Object.keys(context).find(name => name.toLowerCase() === key.toLowerCase());
  return (found && context[found]) || [];
}

/** The operators that are known here; others end the test that needs them. */
const OPERATORS: Readonly<Record<string, (value: string, pattern: string) => boolean>> = {
  StringEquals: (value, pattern) => value === pattern,
  StringLike: isLike,
  ArnLike: isLike,
  ArnEquals: isLike,
  Bool: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
};

/**
 * `ForAllValues` holds when each value of the request fits, also when there is none; `ForAnyValue` when one does. Without
 * either, a key has one value, and must be there.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function holds(operator: string, patterns: readonly string[], values: readonly string[]): boolean {
  const [, set, name = ''] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  const compare = OPERATORS[name];
  if (compare === undefined) throw new Error(`The local IAM knows no condition operator ${operator}`);
  const one = (value: string) => patterns.some(pattern => compare(value, pattern));
  if (set === 'ForAllValues') return values.every(one);
  return set === 'ForAnyValue' ? values.some(one) : values.length === 1 && one(values[0] ?? '');
}

/** `*` stands for any characters, dots and slashes too, `?` for one. */
function isLike(value: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
