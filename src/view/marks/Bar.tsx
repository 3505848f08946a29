/** A colour bar on the page. */
import { useMemo } from 'react';
import type { Theme } from '../../ui/colour';
import { type ColourBar, colourBarScene } from './colourBar';
import { Still } from './Picture';
import { screen } from './scene';

export function Bar({ bar, theme }: { readonly bar: ColourBar; readonly theme: Theme }) {
  const scene = useMemo(() => colourBarScene(bar, screen(theme)), [bar, theme]);
  const label = `${bar.caption}: ${bar.marks.map(({ text }) => text).join(', ')}`;
  return <Still scene={scene} label={label} />;
}
