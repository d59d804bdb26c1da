import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { textOf } from './pages.ts';

const { version } = JSON.parse(textOf('package.json')) as { version: string };
const changelog = textOf('CHANGELOG.md');
const titles = [...changelog.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);

describe('the version', () => {
  it('is the newest of the changelog, below what is not released', () => {
    expect(titles[0]).toBe('Unreleased');
    expect(titles[1]).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`));
  });

  it('is that of the lock file, of the chart and of the images', () => {
    const lock = JSON.parse(textOf('package-lock.json'));
    const chart = parse(textOf('forwarder/chart/Chart.yaml'));
    expect([lock.version, lock.packages[''].version, chart.version, chart.appVersion]).toEqual(Array(4).fill(version));
    for (const page of ['docs/install.md', 'forwarder/manifests/forwarder.yaml']) {
      const tags = [...textOf(page).matchAll(/(?:REPOSITORY|fairlead-forwarder):(\d[\w.]*)/g)].map(([, tag]) => tag);
      expect({ page, tags }).toEqual({ page, tags: [version] });
    }
  });
});

describe('the changelog', () => {
  it('has each version once, the newest first', () => {
    const numbers = titles.slice(1).map(title => title.replace(/ .*/, ''));
    const sorted = [...new Set(numbers)].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    expect(numbers).toEqual(sorted);
  });

  it('has in each what was added, changed and fixed, each once and in this order', () => {
    for (const part of changelog.split(/^## /m).slice(1)) {
      const groups = [...part.matchAll(/^### (.*)$/gm)].map(([, group = '']) => group);
      expect(['Added', 'Changed', 'Fixed'].filter(group => groups.includes(group))).toEqual(groups);
    }
  });

  it('has no line twice', () => {
    const lines = changelog.split('\n').filter(line => line.startsWith('- '));
    expect(lines.filter((line, i) => lines.indexOf(line) !== i)).toEqual([]);
  });
});
