/** Prometheus's text format (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string | number>>;

/** One metric. prom-client is not used: it takes 13 MiB, for histograms and default metrics that are of no use here. */
export class Metric {
  readonly name: string;
  readonly #help: string;
  readonly #type: 'counter' | 'gauge';
  readonly #values = new Map<string, number>();

  constructor(type: 'counter' | 'gauge', name: string, help: string) {
    this.#type = type;
    this.name = name;
    this.#help = help;
  }

  add(labels: Labels = {}, by = 1): void {
    const key = written(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  /** Also of a counter, where something else counts. */
  set(value: number, labels: Labels = {}): void {
    this.#values.set(written(labels), value);
  }

  /** Its lines; none while it has no value. */
  toString(): string {
    if (this.#values.size === 0) return '';
    const lines = [...this.#values].map(([labels, value]) => `${this.name}${labels} ${value}\n`);
    return `# HELP ${this.name} ${this.#help}\n# TYPE ${this.name} ${this.#type}\n${lines.join('')}`;
  }
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
