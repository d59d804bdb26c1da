// docs/settings.md: every key of fairlead.yml, as lib/config/schema.ts has it. `npm run schema` writes it.
import * as z from 'zod/mini';
import { fileSchema } from '../lib/config/schema.ts';
import { FORMS } from '../lib/config/values.ts';

type Schema = z.core.JSONSchema.BaseSchema & { readonly form?: string };

const HEAD = `# Settings

Every key of \`fairlead.yml\`. This page is written from [\`lib/config/schema.ts\`](../lib/config/schema.ts) by \`npm run schema\`; so is
[\`fairlead.schema.json\`](../fairlead.schema.json), by which an editor completes and checks the file. Everything but \`clusters\` has a
default, and a key without a value counts as left out. An unknown key is refused, and the nearest known one is named. Names are
ExternalDNS's where it has one; a flag of ExternalDNS is answered with the key. What is set on the objects themselves is in
[annotations.md](annotations.md).`;

/** Where more is told of a key or section. */
const MORE: Readonly<Record<string, string>> = {
  shards: 'scale.md#beyond-one-function-shards',
  'clusters[].roleArn': 'fleet.md#other-accounts',
  'clusters[].freeze': 'operations.md#leave-it-as-it-is',
  'zones.freeze': 'operations.md#leave-it-as-it-is',
  'zones.roleArn': 'fleet.md#other-accounts',
  'registry.type': 'ownership.md#without-a-registry',
  'registry.encryptionKey': 'ownership.md#encrypted-ownership',
  state: 'operations.md#what-is-kept-and-losing-it',
  guard: 'operations.md#the-guard',
  sharing: 'fleet.md#names-that-clusters-share',
  'clusters[].weight': 'fleet.md#names-that-clusters-share',
  views: 'fleet.md#views',
  claims: 'ownership.md#who-may-publish-what',
  'budget.changesPerSecond': 'scale.md#beyond-one-function-shards',
};

/** A key with the schema of its value. */
interface Row {
  readonly path: string;
  readonly value: Schema;
  readonly needed: boolean;
}

/** The page: first the keys that stand alone, then a section for each that has keys below it. */
export function settingsPage(): string {
  const schema: Schema = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input', override: noteForm });
  const top = rowsOf(schema, '');
  const alone = top.filter(row => below(row) === undefined);
  const sections = top.filter(row => below(row) !== undefined);
  return [HEAD, `## On their own\n\n${table(alone)}`, ...sections.map(sectionText), '']
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function noteForm({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: object }): void {
  const form = FORMS.get(zodSchema);
  if (form) Object.assign(jsonSchema, form);
}

const rowsOf = ({ properties = {}, required = [] }: Schema, parent: string): Row[] =>
  Object.entries(properties).map(([key, value]) => ({
    path: parent === '' ? key : `${parent}.${key}`,
    value: value as Schema,
    needed: required.includes(key),
  }));

/** The rows of the keys below a key, its list's items included. */
function below({ path, value }: Row): Row[] | undefined {
  if (value.properties) return rowsOf(value, path);
  const items = value.items as Schema | undefined;
  return items?.properties && rowsOf(items, `${path}[]`);
}

/** The rows below one, however deep, a map among them before its own. */
const within = (row: Row): Row[] => (below(row) ?? []).flatMap(one => [one, ...within(one)]);

function sectionText(row: Row): string {
  const needed = row.needed ? ' Needed.' : '';
  return `## ${row.path}\n\n${told(row)}${needed}\n\n${table(within(row))}`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    row => `| \`${row.path}\` | ${typeOf(row.value)} | ${defaultOf(row)} | ${allowed(row.value)} | ${told(row)} |`,
  );
  return ['| key | type | default | allowed | meaning |', '|---|---|---|---|---|', ...lines].join('\n');
}

function told({ path, value }: Row): string {
  const more = MORE[path];
  const text = cell(value.description ?? '');
  return more === undefined ? text : `${text} [More](${more})`;
}

/** What a bar or an angle bracket would break in a table, and what is a placeholder and no tag. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

function typeOf({ type, anyOf, items }: Schema): string {
  if (anyOf) return [...new Set(anyOf.map(one => typeOf(one as Schema)).filter(word => word !== 'null'))].join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Schema)}s`;
  if (type === 'integer') return 'whole number';
  return type === 'object' ? 'map' : String(type);
}

function defaultOf({ value, needed }: Row): string {
  if (needed) return 'needed';
  return value.properties || (value.default ?? null) === null ? '' : `\`${JSON.stringify(value.default)}\``;
}

/** What may stand in a value: its words, its range, or its form. */
function allowed(value: Schema): string {
  const { enum: words, form } = { ...value };
  if (words) return words.map(word => `\`${word}\``).join(', ');
  if (form !== undefined) return cell(form);
  const items = value.items as Schema | undefined;
  return items ? allowed(items) : range(value);
}

function range({ anyOf, ...value }: Schema): string {
  if (anyOf) return anyOf.map(one => range(one as Schema)).join('');
  const { minimum, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER } = value;
  if (minimum === undefined && exclusiveMinimum === undefined) return '';
  const from = minimum === undefined ? `more than ${exclusiveMinimum}` : String(minimum);
  return maximum === Number.MAX_SAFE_INTEGER ? `${from} or more` : `${from} to ${maximum}`;
}
