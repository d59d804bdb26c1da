/** What 5,000 objects of a sort cost in a run, by scenario: the first sync, then a run without changes. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** Times the same of 5,000 Services; what asks through other objects is to cost no more. */
const MOST = 1.5;

const RUNS = ['first sync', 'no change'];
const SORTS = { 'routes-5000': '5,000 HTTPRoutes on 50 Gateways', 'pods-5000': '5,000 headless pods' };

/** A line for each sort and run that was measured beside the Services. */
export function besideServices(costs: ReadonlyMap<string, readonly Cost[]>): string[] {
  const services = costs.get('services-5000') ?? [];
  return Object.entries(SORTS).flatMap(([id, what]) =>
    (costs.get(id) ?? []).flatMap((cost, i) => {
      const base = services[i];
      if (base === undefined) return [];
      const [cpu, memory] = [cost.cpuSeconds / base.cpuSeconds, cost.peakMiB / base.peakMiB];
      const verdict = Math.max(cpu, memory) <= MOST ? 'holds' : 'DOES NOT HOLD';
      return [
        `${what} beside 5,000 Services, ${RUNS[i]}: ${cpu.toFixed(2)} times the CPU, ${memory.toFixed(2)} times the memory (at most ${MOST}: ${verdict})`,
      ];
    }),
  );
}
