import type { NameChange, RecordSet } from '../../lib/model/index.ts';

export const address = (name: string, ...values: string[]): RecordSet => ({ name, type: 'A', ttl: 300, values });
export const owned = (name: string, owner = 'arena', resource = 'service/default/x'): RecordSet => ({
  name: `a-${name}`,
  type: 'TXT',
  ttl: 300,
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${resource}"`],
});

export function create(name: string, ...values: string[]): NameChange {
  return {
    name,
    action: 'create',
    deletes: [],
    creates: [address(name, ...(values.length > 0 ? values : ['203.0.113.1'])), owned(name)],
    owner: 'arena',
    objects: [],
  };
}

export function update(name: string, from: string, to: string): NameChange {
  return {
    name,
    action: 'update',
    deletes: [address(name, from), owned(name)],
    creates: [address(name, to), owned(name)],
    owner: 'arena',
    objects: [],
  };
}

export function remove(name: string, value = '203.0.113.1'): NameChange {
  return {
    name,
    action: 'delete',
    deletes: [address(name, value), owned(name)],
    creates: [],
    owner: 'arena',
    objects: [],
  };
}
