import { expect, test } from 'vitest';
import { RunLog } from '../../../local/demo/run-log.ts';

const line = (id: string, message: string, fields: object = {}) =>
  `${JSON.stringify({ message, function_request_id: id, ...fields })}\n`;
const change = (name: string) => ({ action: 'create', name, type: 'A', owner: 'o', objects: [] });
const run = (...ids: string[]) => ({ mode: 'sync', zones: ids.map(id => ({ id, batches: 1 })) });

test('a result is put together of its lines, however they are cut and mixed', async () => {
  const log = new RunLog();
  const finding = { reason: 'invalid', message: 'no' };
  const text = [
    'REPORT RequestId: 1\n',
    line('1', 'create a', { zone: 'Z1', change: change('a') }),
    line('2', 'create b', { zone: 'Z1', change: change('b') }),
    line('1', 'no', { finding }),
    line('1', 'run finished', { run: run('Z1', 'Z2') }),
    line('2', 'run finished', { run: run('Z1') }),
  ].join('');
  for (let at = 0; at < text.length; at += 7) log.add(text.slice(at, at + 7));
  expect(await log.resultOf('1')).toEqual({
    mode: 'sync',
    findings: [finding],
    zones: [
      { id: 'Z1', batches: 1, changes: [change('a')] },
      { id: 'Z2', batches: 1, changes: [] },
    ],
  });
  expect((await log.resultOf('2'))?.zones).toEqual([{ id: 'Z1', batches: 1, changes: [change('b')] }]);
});

test('a result may be asked for before its lines come; a batch that was served already has none', async () => {
  const log = new RunLog();
  const asked = log.resultOf('1');
  log.add(line('1', 'served by an earlier run', { messageIds: ['m'] }));
  expect(await asked).toBeUndefined();
});
