// Writes fairlead.schema.json, by which editors complete and check a fairlead.yml, docs/settings.md, by which people do, and
// fairlead.result.schema.json, fairlead.event.schema.json and fairlead.doctor.schema.json, which describe a run's result, the events of the change
// stream and what doctor --json prints. Run it after a change of lib/config/schema.ts or of a schema in lib/report: node scripts/schema.ts
import { writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { fileSchema } from '../lib/config/schema.ts';
import { doctorSchema } from '../lib/report/doctor-schema.ts';
import { eventSchema } from '../lib/report/event-schema.ts';
import { resultSchema } from '../lib/report/result-schema.ts';
import { settingsPage } from './settings-page.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** The JSON Schema (draft 7, which every editor reads) of a fairlead.yml as it is written, not as it is resolved. */
export function schemaText(): string {
  const schema = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input', override: allowEmptyKeys });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title: 'fairlead.yml', ...rest }, null, 2)}\n`;
}

/** A key without a value, such as a section whose keys are all commented out, is `null` in YAML and counts as left out. */
function allowEmptyKeys({ jsonSchema: { properties = {}, required = [] } }: { jsonSchema: Schema }): void {
  for (const [key, value] of Object.entries(properties)) {
    if (required.includes(key) || typeof value === 'boolean') continue;
    const { type, enum: words, const: word, anyOf } = value;
    if (anyOf) Object.assign(value, { anyOf: [...anyOf, { type: 'null' }] });
    else if (type !== undefined && type !== 'null') Object.assign(value, { type: [type, 'null'] });
    if (words) Object.assign(value, { enum: [...words, null] });
    if (word === undefined) continue;
    delete value.const;
    Object.assign(value, { enum: [word, null] });
  }
}

/** The JSON Schema of what `--output json` prints, and the function answers. */
export function resultSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(resultSchema, { target: 'draft-7' });
  return `${JSON.stringify({ $schema, title: 'result of a fairlead run', ...rest }, null, 2)}\n`;
}

/** The JSON Schema of an event of the change stream. */
export function eventSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(eventSchema, { target: 'draft-7' });
  return `${JSON.stringify({ $schema, title: 'event of the change stream of fairlead', ...rest }, null, 2)}\n`;
}

/** The JSON Schema of what `fairlead doctor --json` prints. */
export function doctorSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(doctorSchema, { target: 'draft-7' });
  return `${JSON.stringify({ $schema, title: 'what fairlead doctor found', ...rest }, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL('../fairlead.doctor.schema.json', import.meta.url), doctorSchemaText());
  writeFileSync(new URL('../fairlead.event.schema.json', import.meta.url), eventSchemaText());
  writeFileSync(new URL('../fairlead.result.schema.json', import.meta.url), resultSchemaText());
  writeFileSync(new URL('../fairlead.schema.json', import.meta.url), schemaText());
  writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
}
