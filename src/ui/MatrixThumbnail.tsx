/** A small picture of a square matrix, one pixel per entry, scaled by the browser. */
import { useEffect, useRef } from 'react';
import { rgb } from './rgb';
import { sequential, type Hue, type Theme } from './colour';

export interface MatrixThumbnailProps {
  /** Row-major [size, size], strengths in [0, 1]. */
  readonly strengths: Float32Array;
  readonly size: number;
  /** Entries above the diagonal are masked. */
  readonly isCausal: boolean;
  readonly hue: Hue;
  readonly theme: Theme;
}

const SHADES = 64;
/** The picture is about so many pixels wide. */
const PIXELS = 32;
const MASKED: Record<Theme, string> = { light: '#eceae6', dark: '#26282d' };

export function MatrixThumbnail({ strengths, size, isCausal, hue, theme }: MatrixThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(size, size);
    const colour = sequential(hue, theme);
    const table = Array.from({ length: SHADES + 1 }, (_, shade) => rgb(colour(shade / SHADES)));
    const masked = rgb(MASKED[theme]);
    for (let entry = 0; entry < size * size; entry++) {
      const future = isCausal && entry % size > Math.floor(entry / size);
      image.data.set(future ? masked : table[Math.round(strengths[entry]! * SHADES)]!, entry * 4);
    }
    context.putImageData(image, 0, 0);
  }, [strengths, size, isCausal, hue, theme]);
  return (
    <canvas
      ref={canvas}
      width={size}
      height={size}
      className={size > PIXELS ? 'thumbnail fine' : 'thumbnail'}
    />
  );
}
