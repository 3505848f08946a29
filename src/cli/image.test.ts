import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../load/safetensors';
import { fakeEngine, loci } from './testing/fakes';

const SET = 'public/models/shapes/scenes.zip';
const root = new URL('../..', import.meta.url).pathname;
const run = (...argv: string[]) => loci(['image', ...argv], fakeEngine(), { cwd: root });

describe('loci image', () => {
  it('names the class of a picture, and agrees with the untouched file', async () => {
    const { code, out, err } = await run(
      '--model',
      'shapes',
      '--image',
      `${SET}/blue cross/07.png`,
      '--top',
      '2',
      '--verify',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [first, second, how, verified] = out.split('\n');
    expect(first).toMatch(/^100\.0 % {2}blue cross {2}\(11, \d+\.\d{3}\)$/);
    expect(second).toMatch(/^ *\d\.\d % {2}\w+ \w+/);
    expect(how).toBe('onnxruntime-web 1.30.0, wasm, one thread, optimization disabled');
    expect(verified).toMatch(
      /^\d\.\de[-+]\d+ of the largest value off .*untouched file, optimization all \(bar 2e-5\)$/,
    );
  });

  it('lists the sites, and writes their values', async () => {
    const table = (await run('--model', 'public/models/shapes/model.onnx')).out.split('\n');
    expect(table.find((line) => line.startsWith('conv3a '))).toMatch(/^conv3a +Conv +\[24,12,12\]$/);
    expect(table.find((line) => line.startsWith('relu3 '))).toMatch(
      /^relu3 +Relu +\[24,12,12\] +cuts the net$/,
    );
    const cwd = mkdtempSync(join(tmpdir(), 'loci-image-'));
    const file = join(cwd, 'sites.safetensors');
    const { code } = await run(
      '--model',
      'shapes',
      '--image',
      `${SET}/red circle/00.png`,
      '--sites',
      'maps,mean',
      '--out',
      file,
    );
    expect(code).toBe(0);
    const written = await openSafetensors(new Blob([new Uint8Array(readFileSync(file))]), file);
    expect([...written.tensors.keys()].sort()).toEqual(['logits', 'maps', 'mean']);
    expect(written.tensors.get('maps')!.shape).toEqual([1, 16, 12, 12]);
  });

  it('opens a generator, which takes no picture', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loci-net-'));
    writeFileSync(
      join(folder, 'model.onnx'),
      readFileSync(join(root, 'reference/images/goldens/planted/units.onnx')),
    );
    expect((await run('--model', folder)).out).toContain('relu_units');
    const { code, err } = await run('--model', folder, '--image', `${SET}/red circle/00.png`);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'image: this net takes no picture, got an input of [4], expected one of images.\n',
    });
  });

  it.each([
    [['--model', 'nothing'], /^--model: there is no such net, got 'nothing'/],
    [['--model', 'shapes', '--image', 'none.png'], /^'none.png': cannot be read/],
    [['--model', 'shapes', '--image', `${SET}/x/y.png`], /there is no such picture, got 'x\/y.png'/],
    [['--model', 'shapes', '--image', 'package.json'], /^package.json: is no picture that can be read/],
    [
      ['--model', 'shapes', '--image', `${SET}/red circle/00.png`, '--sites', 'conv9'],
      /^net: there is no such site, got 'conv9'/,
    ],
    [['--model', 'shapes', '--verify'], /^--image: is missing/],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await run(...argv);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});
