/**
 * Exports every golden model (made by PyTorch, see reference/goldens), runs it in onnxruntime-web
 * and compares every site. Measured: at most 2.6e-6 of a tensor's largest value.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compareTensors } from '../forward/reference/compare';
import { assembleSlot, sourceOf } from '../load/assemble';
import { openSafetensors } from '../load/safetensors';
import { familyOf } from '../model/families';
import { findSite, listSites, siteShape } from '../model/sites';
import { exportOnnx } from './export';
import { onnxSites, openOnnx } from './run';
import { slotsOf } from '../model/families/slots';

const TOLERANCE = 2e-5;
const goldens = 'reference/goldens';

async function openFile(path: string) {
  return openSafetensors(new Blob([new Uint8Array(await readFile(path))]), path);
}

async function openModel(folder: string) {
  const config: unknown = JSON.parse(await readFile(`${folder}/config.json`, 'utf8'));
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const slots = slotsOf(spec, family.modules);
  const shards = (await readdir(folder)).filter((name) => /^model.*[.]safetensors$/.test(name));
  const files = await Promise.all(shards.map((name) => openFile(`${folder}/${name}`)));
  const fileOf = (source: string) => files.find((file) => file.tensors.has(source));
  const get = (name: string) =>
    assembleSlot(slots.find((slot) => slot.name === name)!, async (part) => {
      const source = sourceOf(part, (candidate) => fileOf(candidate) !== undefined)!;
      return Float32Array.from((await fileOf(source)!.tensor(source)).data);
    });
  return { spec, slots, get };
}

const names = (await readdir(goldens)).filter((name) => existsSync(`${goldens}/${name}/golden.safetensors`));

describe('ONNX export of the golden models', () => {
  it('finds them', () => {
    expect(names).toEqual(expect.arrayContaining(['atlas', 'tiny-a', 'tiny-b', 'tiny-c']));
  });

  it.each(names)(
    '%s agrees with PyTorch at every site',
    async (name) => {
      const { spec, slots, get } = await openModel(
        existsSync(`${goldens}/${name}/config.json`) ? `${goldens}/${name}` : `public/models/${name}`,
      );
      const golden = await openFile(`${goldens}/${name}/golden.safetensors`);
      const cases = [...golden.tensors.keys()].flatMap((key) => /^(.*)\/tokens$/.exec(key)?.[1] ?? []);
      expect(cases.length).toBeGreaterThan(0);
      const session = await openOnnx(await exportOnnx(spec, slots, get));
      let worst = { site: '', relative: 0 };
      for (const testCase of cases) {
        const tokens = Array.from((await golden.tensor(`${testCase}/tokens`)).data);
        const sites = listSites(spec).map((site) => site.name);
        const missing = sites.filter(
          (site) => site !== 'hook_tokens' && !golden.tensors.has(`${testCase}/${site}`),
        );
        expect(missing).toEqual([]);
        for await (const [site, data] of onnxSites(session, spec, tokens, sites)) {
          expect(data.length).toBe(
            siteShape(spec, findSite(spec, site), tokens.length).reduce((product, size) => product * size, 1),
          );
          const theirs = site === 'hook_tokens' ? tokens : (await golden.tensor(`${testCase}/${site}`)).data;
          const { relative } = compareTensors(data, theirs);
          if (relative > worst.relative) worst = { site: `${testCase}/${site}`, relative };
        }
      }
      await session.close();
      expect(worst.relative, worst.site).toBeLessThanOrEqual(TOLERANCE);
    },
    60_000,
  );

  it('turns prompts of one length as their length asks for: longrope', async () => {
    const { spec, slots, get } = await openModel(`${goldens}/tiny-phi3-longrope`);
    const golden = await openFile(`${goldens}/tiny-phi3-longrope/golden.safetensors`);
    const site = 'unembed.hook_out';
    for (const length of [5, 12]) {
      const tokens = Array.from((await golden.tensor(`t${length}/tokens`)).data);
      const session = await openOnnx(await exportOnnx(spec, slots, get, { length, sites: [site] }));
      for await (const [, data] of onnxSites(session, spec, tokens, [site])) {
        const { relative } = compareTensors(data, (await golden.tensor(`t${length}/${site}`)).data);
        expect(relative, `t${length}`).toBeLessThanOrEqual(TOLERANCE);
      }
      await session.close();
    }
  });
});
