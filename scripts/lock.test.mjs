import { describe, expect, it } from 'vitest';
import { lockProblems, withAddresses } from './lock.mjs';

const source = (name, version = '1.0.0') => ({
  version,
  resolved: `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`,
  integrity: 'sha512-AAAA',
});
const good = {
  '': { dependencies: { tool: '^1.0.0' } },
  'node_modules/tool': {
    ...source('tool'),
    optionalDependencies: { 'tool-win32': '1.0.0' },
    peerDependencies: { other: '*', rare: '*' },
    peerDependenciesMeta: { rare: { optional: true } },
  },
  'node_modules/tool-win32': { ...source('tool-win32'), optional: true, os: ['win32'] },
  'node_modules/other': source('other'),
  'node_modules/tool/node_modules/other': source('other', '2.0.0'),
};

describe('the lock file', () => {
  it('is complete if every named package has an entry, an address and a hash', () => {
    expect(lockProblems(good)).toEqual([]);
  });

  it.each([
    ['node_modules/tool-win32', undefined, 'no entry for tool-win32 1.0.0, which node_modules/tool needs'],
    ['node_modules/tool-win32', source('tool-win32', '1.0.1'), 'no entry for tool-win32 1.0.0'],
    [
      'node_modules/tool-win32',
      { ...source('x'), integrity: undefined },
      'node_modules/tool-win32 has no hash',
    ],
    [
      'node_modules/tool-win32',
      { ...source('x'), resolved: 'https://mirror.example/x.tgz' },
      'has no address',
    ],
    ['node_modules/tool', undefined, 'no entry for tool ^1.0.0, which package.json needs'],
  ])('%s as %o', (path, entry, problem) => {
    const { [path]: _, ...rest } = good;
    const [first] = lockProblems(entry ? { ...rest, [path]: entry } : rest);
    expect(first).toContain(problem);
  });

  it('gets its addresses written', () => {
    const bare = {
      'node_modules/a/node_modules/@scope/name': { version: '1.2.3', integrity: 'sha512-AAAA' },
    };
    expect(Object.values(withAddresses(bare))[0].resolved).toBe(
      'https://registry.npmjs.org/@scope/name/-/name-1.2.3.tgz',
    );
    expect(withAddresses(good)).toEqual(good);
  });
});
