/** Single draws as dots on one axis with their mean; only a bar if just the range is known. */

export interface DrawStripProps {
  readonly label: string;
  readonly draws: readonly number[] | null;
  readonly range: readonly [number, number];
  readonly mean: number;
  readonly domain: readonly [number, number];
}

const HEIGHT = 14;
const MIDDLE = HEIGHT / 2;

export function DrawStrip({ label, draws, range, mean, domain }: DrawStripProps) {
  const [low, high] = domain;
  const share = (value: number) => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  const x = (value: number) => `${2 + 96 * share(value)}%`;
  return (
    <svg className="draw-strip" width="100%" height={HEIGHT} role="img" aria-label={label}>
      <line className="draw-axis" x1="2%" x2="98%" y1={MIDDLE} y2={MIDDLE} />
      {draws ? (
        draws.map((value, draw) => <circle key={draw} cx={x(value)} cy={MIDDLE} r={3.5} />)
      ) : (
        <line className="draw-range" x1={x(range[0])} x2={x(range[1])} y1={MIDDLE} y2={MIDDLE} />
      )}
      <line className="draw-mean" x1={x(mean)} x2={x(mean)} y1={1} y2={HEIGHT - 1} />
    </svg>
  );
}
