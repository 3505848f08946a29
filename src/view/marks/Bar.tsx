/** A colour bar on the page. */
import { useMemo } from 'react';
import type { Theme } from '../../ui/colour';
import { type ColourBar, colourBarScene } from './colourBar';
import { Still } from './Picture';
import { screen } from './scene';
import { useNarrow } from '../../ui/useNarrow';

/** Lower below a picture than beside one. */
const [LOW, HIGH] = [64, 144];

export function Bar({ bar, theme }: { readonly bar: ColourBar; readonly theme: Theme }) {
  const height = useNarrow() ? LOW : HIGH;
  const scene = useMemo(() => colourBarScene(bar, { ink: screen(theme), height }), [bar, theme, height]);
  const label = `${bar.caption}: ${bar.marks.map(({ text }) => text).join(', ')}`;
  return <Still scene={scene} label={label} />;
}
