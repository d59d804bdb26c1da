import { Metric } from './metrics.ts';

const counter = (name: string, help: string) => new Metric('counter', `fairlead_forwarder_${name}`, help);
const gauge = (name: string, help: string) => new Metric('gauge', `fairlead_forwarder_${name}`, help);

/** What the forwarder tells of itself. */
export function createInstruments() {
  return {
    objects: gauge('objects', 'Objects that ask for DNS records.'),
    listed: gauge('listed_objects', 'Objects of the last complete listing.'),
    listSeconds: gauge('list_duration_seconds', 'How long the last complete listing took.'),
    changes: counter('changes_total', 'Changes of objects seen.'),
    relevant: counter('relevant_changes_total', 'Changes that matter to DNS.'),
    restarts: counter('watch_restarts_total', 'Ends of watches and failed listings, by reason.'),
    notices: counter('notices_total', 'Attempts to deliver a notice, by the HTTP status of the answer.'),
    pending: gauge('pending_objects', 'Objects that the webhook has not been told of yet.'),
    unsent: gauge('unsent', '1 while the webhook has not taken a notice of all that was seen, else 0.'),
    cpu: new Metric('counter', 'process_cpu_seconds_total', 'User and system CPU time.'),
    memory: new Metric('gauge', 'process_resident_memory_bytes', 'Resident memory.'),
    sinceSuccess: gauge('seconds_since_success', 'Since the webhook last took a notice; absent before.'),
  };
}

export type Instruments = ReturnType<typeof createInstruments>;
