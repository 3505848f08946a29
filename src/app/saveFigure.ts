/** Saves a figure as a file, with its finding's sentence and a foot. */
import type { FigureView } from '../panels/figure/select';
import { fileStem } from '../util/code/fileName';
import { download, svgToPng } from './download';

export async function saveFigure(
  view: FigureView,
  format: 'svg' | 'png',
  sentence: string,
  foot?: string,
): Promise<void> {
  const { figureSvg } = await import('../panels/figure/svg');
  const svg = figureSvg(view, sentence, foot);
  const name = `loci-${fileStem(view.figure.name, 'figure')}.${format}`;
  download(name, format === 'png' ? await svgToPng(svg) : new Blob([svg], { type: 'image/svg+xml' }));
}
