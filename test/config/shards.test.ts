import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/index.ts';
import { problemsOf } from './files.ts';

const CLUSTERS =
  'clusters: [{name: eu-1, region: eu-west-1, owner: a}, {name: eu-2, region: eu-west-1, owner: a}, {name: us-1, region: us-east-1, owner: b}]\n';
const shards = (text: string) => parseConfig(CLUSTERS + text, { file: 'fairlead.yml', env: {} }).shards;

describe('every cluster is in exactly one shard', () => {
  it.each([
    ['', [['default', ['eu-1', 'eu-2', 'us-1']]]],
    [
      'shards: [{name: europe, clusters: ["eu-*"]}]',
      [
        ['europe', ['eu-1', 'eu-2']],
        ['default', ['us-1']],
      ],
    ],
    ['shards: [{name: all, clusters: ["*"]}]', [['all', ['eu-1', 'eu-2', 'us-1']]]],
    [
      'shards: [{name: us, clusters: [us-1]}, {name: rest, clusters: ["*"]}]',
      [
        ['us', ['us-1']],
        ['rest', ['eu-1', 'eu-2']],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(shards(text).map(({ name, clusters }) => [name, clusters])).toEqual(expected);
  });

  it('clusters with one owner id stay together', () => {
    expect(problemsOf(`${CLUSTERS}shards: [{name: x, clusters: [eu-1]}]`)).toEqual([
      expect.stringMatching(/^clusters\[1\]: shares its owner id with "eu-1" of shard "x"/),
    ]);
  });

  it('a name occurs once', () => {
    expect(problemsOf(`${CLUSTERS}shards: [{name: x, clusters: ["eu-*"]}, {name: x, clusters: [us-1]}]`)).toEqual([
      expect.stringMatching(/^shards\[1\]\.name: "x" is the name of another shard too$/),
    ]);
  });
});
