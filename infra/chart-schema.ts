import * as z from 'zod/mini';
import { settingsSchema } from '../forwarder/program/settings.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** Values of the chart that are settings of the forwarder as they are: what is allowed in them is said once, by its schema. */
const SETTINGS = [
  ...['sources', 'gateway', 'views', 'hostnames', 'filters', 'ingress', 'service', 'records', 'limits'],
] as const;

/** The defaults are in values.yaml, and a draft that Helm does not know is none. */
function plain(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema, (key, value) => (key === 'default' ? undefined : value)));
}

/** forwarder/chart/values.schema.json with what it says of the forwarder's settings made anew. @param text as it stands */
export function chartSchema(text: string): string {
  const { properties, ...rest } = JSON.parse(text) as { properties: Record<string, Schema> };
  const settings = z.toJSONSchema(settingsSchema, { target: 'draft-7', io: 'input' }).properties ?? {};
  const made = SETTINGS.map(key => [key, plain(settings[key] as Schema)] as const);
  const derived = new Map<string, Schema>(made);
  derived.set('sources', { ...derived.get('sources'), minItems: 1, uniqueItems: true });
  const all = Object.entries(properties).map(([key, value]) => [key, derived.get(key) ?? value] as const);
  return `${JSON.stringify({ ...rest, properties: Object.fromEntries(all) }, null, 2)}\n`;
}
