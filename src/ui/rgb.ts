/** '#rrggbb' or 'rgb(r, g, b)', as written by the colour scales -> [r, g, b, 255]. */
export function rgb(colour: string): [number, number, number, number] {
  if (colour.startsWith('#')) {
    const value = Number.parseInt(colour.slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255, 255];
  }
  const [r, g, b] = colour
    .slice(colour.indexOf('(') + 1)
    .split(',')
    .map(Number.parseFloat);
  return [r!, g!, b!, 255];
}

/** Relative luminance in [0, 1], as WCAG 2 defines it. */
export function luminance(colour: string): number {
  const [r, g, b] = rgb(colour);
  const linear = (channel: number): number => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}
