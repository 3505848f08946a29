/** The open net's input and what it says to it; painting over it shows what changes. */
import { useEffect, useMemo } from 'react';
import { Classes } from '../../../panels/image/Classes';
import { Gallery } from '../../../panels/image/Gallery';
import { Painting } from '../../../panels/image/Painting';
import { Button } from '../../../ui/Button';
import { FileButton } from '../../../ui/FileButton';
import { FullScreen } from '../../../ui/FullScreen';
import { NumberField } from '../../../ui/NumberField';
import { brushOf, changeBrush, showPicture, showSeed } from '../../actions/netAnswer';
import { takeFiles } from '../../actions/net';
import { classAsked, setNetClass } from '../../actions/netQuestion';
import { useLoci, useNet, useView } from '../../context';
import { isPainted, painted } from '../../nets/brush';
import { BrushTools } from './BrushTools';
import { labelOf } from './labelOf';
import './net.css';

export function NetPanel() {
  const loci = useLoci();
  const state = useNet((net) => net);
  const { open, pictures, shown, seed, answer, brush, error, catalogue, kind } = state;
  const theme = useView((view) => view.theme);
  const canvas = useMemo(() => state.brush ?? brushOf(state), [state]);
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) void takeFiles(loci, files);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [loci]);
  if (!open) return null;
  const picture = pictures[shown];
  const made = answer?.made;
  const shownPixels = made ? (made.edited ?? made.whole) : picture?.seen;
  const isGenerator = open.preprocessing === null;
  const asksClass = catalogue?.find((one) => one.kind === kind)?.asksClass === true;
  return (
    <section className="net-panel" aria-label="Picture" data-testid="net-panel">
      <div className="section-head">
        <h2>
          {isGenerator ? 'What it makes' : (picture?.name ?? 'Picture')}{' '}
          <span className="muted small">({open.title})</span>
        </h2>
        <FullScreen of=".net-panel" />
      </div>
      {shownPixels && canvas && (
        <Painting
          picture={shownPixels}
          label={`${isGenerator ? 'The picture' : picture!.name}: paint over it`}
          theme={theme}
          rows={canvas.rows}
          columns={canvas.columns}
          cells={canvas.cells}
          onPaint={(cell, isOn) =>
            changeBrush(loci, painted(loci.net.getState().brush ?? canvas, cell, isOn))
          }
        />
      )}
      {shownPixels && (
        <p className="small muted">
          {brush && isPainted(brush) ? (
            <Button look="link" small data-testid="brush-clear" onClick={() => changeBrush(loci, null)}>
              Remove the paint
            </Button>
          ) : (
            'Paint over the picture: the answer changes with it.'
          )}
        </p>
      )}
      {shownPixels && <BrushTools />}
      {isGenerator ? (
        <NumberField
          label="Seed of the latent"
          min={0}
          max={0xffffffff}
          value={seed}
          onChange={(next) => void showSeed(loci, next)}
        />
      ) : (
        <div className="net-give">
          <FileButton
            label={picture ? 'Other pictures' : 'Choose pictures'}
            multiple
            accept="image/*,.ppm,.pgm,.zip"
            onFiles={(files) => void takeFiles(loci, files)}
          />
          <span className="small muted">or drop or paste one</span>
        </div>
      )}
      {error !== null && (
        <p className="error small" role="alert" data-testid="net-error">
          {error}
        </p>
      )}
      {pictures.length > 1 && (
        <Gallery pictures={pictures} shown={shown} onShow={(index) => void showPicture(loci, index)} />
      )}
      {answer && answer.classes.length > 0 && (
        <Classes
          rows={answer.classes}
          edited={answer.edited}
          label={labelOf(open)}
          asked={asksClass ? classAsked(state) : null}
          onAsk={asksClass ? (id) => setNetClass(loci, id) : null}
        />
      )}
    </section>
  );
}
