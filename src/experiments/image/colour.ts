/** Colours to CIELAB (CIE 1976; sRGB of IEC 61966-2-1, white D65), with scikit-image's constants. */

type Three = readonly [number, number, number];

const XYZ: readonly Three[] = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
const WHITE: Three = [0.95047, 1, 1.08883];

const linear = (value: number): number =>
  value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
const curved = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);

/** Red, green and blue from 0 to 1 as L, a, b. */
export function labOf(red: number, green: number, blue: number): [number, number, number] {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const [x, y, z] = XYZ.map(([u, v, w], i) => curved((u * r + v * g + w * b) / WHITE[i]!)) as [
    number,
    number,
    number,
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
