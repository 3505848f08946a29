/** Against Pillow (reference/images/pillow.py), to the byte. */
import { readFileSync } from 'node:fs';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { NetInput } from '../../model/net';
import { decodePicture } from './decode';
import { framed, netImage, usualPreprocessing } from './preprocess';
import { parseLabels, parsePreprocessing } from './preprocessorConfig';
import type { Preprocessing, Resample } from '../../model/picture';
import { resized } from './resize';

interface Golden {
  readonly files: readonly { kind: string; png: string; pixels: number[] }[];
  readonly grey: readonly number[];
  readonly resized: readonly { filter: Resample; width: number; height: number; pixels: number[] }[];
}
const golden = JSON.parse(readFileSync('reference/images/goldens/pillow.json', 'utf8')) as Golden;
const fileOf = (kind: string) =>
  Uint8Array.from(Buffer.from(golden.files.find((one) => one.kind === kind)!.png, 'base64'));
const picture = decodePicture('a.png', fileOf('RGB'));
const INPUT: NetInput = { name: 'x', shape: [3, 8, 8], layout: 'NCHW', type: 'float32', batch: null };

describe('decodePicture', () => {
  it.each(golden.files)('reads a PNG of kind $kind', ({ kind, pixels }) => {
    const found = decodePicture('a.png', fileOf(kind));
    expect([found.width, found.height, [...found.data]]).toEqual([17, 19, pixels]);
  });

  it('reads PPM and PGM', () => {
    const ppm = (head: string, body: number[]) =>
      Uint8Array.from([...new TextEncoder().encode(head), ...body]);
    expect(decodePicture('a.ppm', ppm('P6\n# made\n2 1\n255\n', [1, 2, 3, 4, 5, 6]))).toEqual({
      width: 2,
      height: 1,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(decodePicture('a.pgm', ppm('P5 1 2 255 ', [7, 8])).data).toEqual(Uint8Array.of(7, 7, 7, 8, 8, 8));
    expect(() => decodePicture('a.ppm', ppm('P6 2 1 255 ', [1]))).toThrow(/^a.ppm: is cut off, got 1 bytes/);
    expect(() => decodePicture('a.ppm', ppm('P6 2 1 65535 ', [1]))).toThrow(/got a largest value of 65535/);
  });

  it('refuses other files in one sentence', () => {
    const png = fileOf('RGB');
    const changed = (at: number, value: number) =>
      Uint8Array.from(png, (byte, i) => (i === at ? value : byte));
    expect(() => decodePicture('a.jpg', Uint8Array.of(0xff, 0xd8, 0xff))).toThrow(
      /begins with ff d8 ff, expected PNG or PPM/,
    );
    expect(() => decodePicture('a.png', png.subarray(0, 60))).toThrow(/^a.png: is no whole PNG/);
    expect(() => decodePicture('a.png', changed(16, 255))).toThrow(/no usable size, got 4278190097 x 19/);
    expect(() => decodePicture('a.png', changed(24, 16))).toThrow(/of another kind, got 16 bits/);
    // A header of a small picture over pixels without end.
    const bomb = zlibSync(new Uint8Array(2 ** 24));
    const chunk = (type: string, data: Uint8Array) => [
      ...new Uint8Array(new Uint32Array([data.length]).buffer).reverse(),
      ...new TextEncoder().encode(type),
      ...data,
      ...[0, 0, 0, 0],
    ];
    const small = Uint8Array.from([...png.subarray(0, 33), ...chunk('IDAT', bomb)]);
    expect(() => decodePicture('a.png', small)).toThrow(/got other pixels than its header says/);
  });
});

describe('resized', () => {
  it.each(golden.resized)('$filter to $width x $height', ({ filter, width, height, pixels }) => {
    expect([...resized(picture, width, height, filter).data]).toEqual(pixels);
  });
});

describe('netImage', () => {
  const how: Preprocessing = {
    resize: { shortest: 10 },
    resample: 'bilinear',
    crop: { width: 8, height: 8 },
    scale: 1 / 255,
    mean: [0.5, 0.25, 0],
    std: [0.25, 0.5, 1],
  };

  it('frames the middle, and normalises channel by channel, in both layouts', () => {
    const whole = resized(picture, 10, 11, 'bilinear');
    const seen = framed(picture, how);
    for (let y = 0; y < 8; y++)
      expect(seen.data.subarray(24 * y, 24 * y + 24)).toEqual(
        whole.data.subarray(30 * (y + 1) + 3, 30 * (y + 1) + 27),
      );
    const first = netImage(picture, how, INPUT);
    const last = netImage(picture, how, { ...INPUT, shape: [8, 8, 3], layout: 'NHWC' });
    for (let i = 0; i < 64; i++)
      for (let c = 0; c < 3; c++) {
        expect(first[64 * c + i]).toBeCloseTo((seen.data[3 * i + c]! / 255 - how.mean[c]!) / how.std[c]!, 6);
        expect(last[3 * i + c]).toBe(first[64 * c + i]);
      }
  });

  it('turns grey as Pillow does', () => {
    const input: NetInput = { ...INPUT, shape: [1, 19, 17] };
    const own = { ...how, resize: null, crop: null, scale: 1, mean: [0], std: [1] };
    expect([...netImage(picture, own, input)]).toEqual(golden.grey);
  });

  it('refuses what does not fit', () => {
    expect(() => netImage(picture, { ...how, crop: null }, INPUT)).toThrow(
      /got 10 x 11 pixels, expected 8 x 8/,
    );
    expect(() => netImage(picture, { ...how, crop: { width: 11, height: 8 } }, INPUT)).toThrow(
      /smaller than its crop/,
    );
    expect(() => netImage(picture, how, { ...INPUT, shape: [16], layout: null })).toThrow(/takes no picture/);
  });
});

describe('preprocessor_config.json', () => {
  it('reads the embedded classifier', () => {
    const folder = 'public/models/shapes';
    const text = readFileSync(`${folder}/preprocessor_config.json`, 'utf8');
    expect(parsePreprocessing(text, 'p.json')).toEqual({
      resize: { width: 48, height: 48 },
      resample: 'nearest',
      crop: null,
      scale: 1 / 255,
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    });
    expect(parseLabels(readFileSync(`${folder}/config.json`, 'utf8'), 'config.json')).toHaveLength(16);
  });

  it('reads sizes in their other forms, and what is usual', () => {
    const text = JSON.stringify({
      size: { shortest_edge: 256 },
      do_center_crop: true,
      crop_size: 224,
      image_mean: 0.5,
      image_std: 0.5,
    });
    expect(parsePreprocessing(text, 'p.json')).toMatchObject({
      resize: { shortest: 256 },
      crop: { width: 224, height: 224 },
      mean: [0.5],
    });
    expect(usualPreprocessing({ ...INPUT, shape: [3, 224, 224] })).toMatchObject({
      resize: { shortest: 256 },
      crop: { width: 224, height: 224 },
    });
    expect(parseLabels('{}', 'config.json')).toBe(null);
  });

  it.each([
    ['{"size": 0}', /^p.json: size: wrong value/],
    ['{"size": 8, "resample": 4}', /resample: is not known here, got 4/],
    ['{}', /^p.json: size: is missing/],
    ['{"size": 8, "do_center_crop": true}', /crop_size: is missing/],
    ['{"size": 8, "image_std": [0]}', /image_std: wrong value/],
    ['{"size": 8, "crop_pct": 0.9}', /crop_pct: wrong value, got 0.9/],
    ['{', /is not valid JSON/],
  ])('refuses %s', (text, message) => {
    expect(() => parsePreprocessing(text, 'p.json')).toThrow(message);
  });
  it('refuses labels with a gap', () => {
    expect(() => parseLabels('{"id2label": {"0": "a", "2": "b"}}', 'c.json')).toThrow(/has a gap/);
  });
});
