import { expect, test } from 'vitest';
import type { Asker, Explanation } from '../../lib/explain/index.ts';
import type { Finding } from '../../lib/model/index.ts';
import { formatExplanation } from '../../lib/report/explain.ts';

const object = { cluster: 'prod', kind: 'service', namespace: 'shop', name: 'web' };
const finding = (message: string): Finding => ({ reason: 'frozen', message, name: 'x.example.com' });

test('what is told beside an object that asks is not told a second time', () => {
  const asker: Asker = {
    ...{ object, name: 'x.example.com', wants: [], outcome: 'refused', rule: 'freeze' },
    reasons: [finding('it is held')],
  };
  const explanation: Explanation = {
    ...{ name: 'x.example.com', verdict: 'refused', published: false, summary: 's', zones: [], next: [], last: [] },
    ...{ advice: 'a', source: { origin: 'read', clusters: {}, gaps: [] }, asking: [asker] },
    reasons: [finding('it is held'), finding('something else')],
  };
  const text = formatExplanation(explanation, { colour: false, now: 0 } as never);
  expect(text.match(/it is held/g)).toHaveLength(1);
  expect(text).toMatch(/TOLD +frozen: something else/);
});
