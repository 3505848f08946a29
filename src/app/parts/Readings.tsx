/** Attention maps and logit lens on the clean prompt, read from the open model while they are shown. */
import { FullScreen } from '../../ui/FullScreen';
import { Segments } from '../../ui/Segments';
import { useCallback, useEffect, useMemo } from 'react';
import { groupCount } from '../../model/pooling';
import { AttentionPanel } from '../../panels/attention/Panel';
import { headLabel } from '../../panels/attention/headKinds';
import { type AttentionHead, type Focus, selectAttention, tellingHead } from '../../panels/attention/select';
import { LensPanel } from '../../panels/lens/Panel';
import { selectFollowed, selectLens } from '../../panels/lens/select';
import { promptOf } from '../../results/asked';
import { countText, percent } from '../../results/format';
import { tokenLabels } from '../../results/tokens';
import type { RowName } from '../../view/marks/data';
import { showThrough } from '../actions/jacobian';
import { loadFollowed, loadJacobian, loadTop, shownCells, topKey } from '../actions/lens';
import { loadHead, loadReadings, mapOf, readingsKey } from '../actions/readings';
import { useLens, useLoci, useStatus, useView } from '../context';
import { guarded } from '../ErrorBoundary';
import { otherModel } from '../otherModel';
import { throughKey } from '../stores/lens';
import type { Finding } from '../stores/session';
import { useHeadKinds } from './headKinds';
import { LensTools } from './lens/LensTools';
import { usePlace } from './place';

const { AttentionMaps, LogitLens } = guarded({ AttentionMaps: Maps, LogitLens: Cells });

export function Attention({ finding }: { readonly finding: Finding }) {
  useReading(finding);
  return (
    <section aria-label="Attention">
      <div className="section-head">
        <h2>Where each position looks (clean run)</h2>
        <FullScreen of="section" />
      </div>
      <AttentionMaps finding={finding} />
    </section>
  );
}

export function Lens({ finding }: { readonly finding: Finding }) {
  useReading(finding);
  return (
    <section className="lens-section" aria-label="Lens" data-testid="lens">
      <h2 className="visually-hidden">What the model would say after each block (clean run)</h2>
      <FullScreen of="section" />
      <LogitLens finding={finding} />
    </section>
  );
}

/** Has the readings made while they are on the screen. */
function useReading({ document }: Finding): void {
  const loci = useLoci();
  const key = readingsKey(document);
  useEffect(() => {
    loci.view.setState({ isReading: true });
    if (key) void loadReadings(loci);
    return () => loci.view.setState({ isReading: false });
  }, [loci, key]);
}

/** Readings of the current finding, once loaded. */
function useReadings(finding: Finding) {
  const readings = useStatus((state) => state.readings);
  return readings?.key === readingsKey(finding.document) ? readings : null;
}

function useRows(finding: Finding) {
  return useMemo(
    () =>
      tokenLabels(finding.document).map(({ label, isSubject }) => ({
        text: label === '[BOS]' ? 'BOS' : label,
        marked: isSubject,
      })),
    [finding.document],
  );
}

function Maps({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const readings = useReadings(finding);
  const rows = useRows(finding);
  const theme = useView((state) => state.theme);
  const withoutSink = useView((state) => state.withoutSink);
  const place = usePlace(finding);
  const head = useView((state) => state.head);
  const preview = useView((state) => state.headPreview);
  const model = useStatus((state) => state.model);
  const kinds = useHeadKinds(finding, readings !== null);
  const kindOf = useCallback(({ layer, head }: AttentionHead) => headLabel(kinds?.[layer]?.[head]), [kinds]);
  const { patterns, heads = 1, pool = 1 } = readings ?? {};
  const view = useMemo(
    () => patterns && selectAttention(patterns, heads, groupCount(rows.length, pool), withoutSink),
    [patterns, heads, pool, rows.length, withoutSink],
  );
  const telling = useMemo(
    () =>
      patterns &&
      tellingHead(patterns, heads, { size: groupCount(rows.length, pool), pool }, focusOf(finding)),
    [patterns, heads, pool, rows.length, finding],
  );
  const kept = useMemo(
    () => ({
      layer: Math.min((head ?? telling)?.layer ?? 0, (view?.layers ?? 1) - 1),
      head: Math.min((head ?? telling)?.head ?? 0, (view?.heads ?? 1) - 1),
    }),
    [head, telling, view],
  );
  const actions = useMemo(
    () => ({
      onPreview: (headPreview: AttentionHead | null) => loci.view.setState({ headPreview }),
      onHead: (clicked: AttentionHead) => loci.view.setState({ head: clicked }),
    }),
    [loci],
  );
  const key = readings?.key;
  useEffect(() => {
    if (key !== undefined && model) void loadHead(loci, kept);
  }, [loci, kept, key, model]);
  const shown = preview ?? kept;
  const map = useMemo(() => readings && mapOf(readings, shown), [readings, shown]);
  if (!map || !view || !readings) return <Waiting finding={finding} what="Attention maps are" />;
  return (
    <AttentionPanel
      view={view}
      isCausal={readings.isCausal}
      queriesPerKvHead={readings.queriesPerKvHead}
      map={map}
      smallPool={pool}
      mapError={readings.mapError}
      rows={rows}
      theme={theme}
      head={kept}
      preview={preview}
      withoutSink={withoutSink}
      kindOf={kindOf}
      why={head === null && telling ? whyOf(finding, rows, telling.weight) : null}
      {...actions}
      onSink={(without) => loci.view.setState({ head: kept, withoutSink: without })}
      {...place}
    />
  );
}

/** From the answer's position to the subject, else to all that comes after the first position. */
function focusOf({ document }: Finding): Focus {
  const { subject, answerRow, tokens } = promptOf(document);
  const last = tokens.length - 1;
  const to = subject ?? { begin: Math.min(1, last), end: tokens.length };
  return { from: answerRow ?? last, to: [to.begin, to.end] };
}

function whyOf(finding: Finding, rows: readonly RowName[], weight: number): string {
  const { from } = focusOf(finding);
  const at = promptOf(finding.document).subject ? 'the subject' : 'the prompt';
  return `Of all heads, it looks hardest from ${rows[from]!.text} at ${at}: ${percent(weight)}.`;
}

function Cells({ finding }: { readonly finding: Finding }) {
  const readings = useReadings(finding);
  const rows = useRows(finding);
  const theme = useView((state) => state.theme);
  const loci = useLoci();
  const place = usePlace(finding);
  const followed = useView((state) => state.followed);
  const open = useLens((state) => state.open);
  const through = useLens((state) => state.through);
  const by = throughKey({ open, through });
  const { followed: read, tops } = readings ?? {};
  const lens = readings && shownCells(readings, by);
  const isRead = followed !== null && read?.id === followed.id && read.by === by;
  const { selection } = place;
  const key = readings?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other readings or another lens are read anew
  useEffect(() => void loadJacobian(loci), [loci, key, by]);
  useEffect(() => {
    if (followed && lens) void loadFollowed(loci, followed.id);
  }, [loci, followed, lens]);
  useEffect(() => {
    if (selection && lens) void loadTop(loci, selection);
  }, [loci, selection, lens]);
  const view = useMemo(
    () => lens && (isRead ? selectFollowed(rows, read.cells, followed) : selectLens(rows, lens.cells)),
    [lens, isRead, read, followed, rows],
  );
  const name = through === 'logit' ? 'Logit lens' : 'Jacobian lens';
  return (
    <>
      <Through />
      {by === 'none' ? null : view && lens ? (
        <LensPanel
          view={view}
          cells={lens.cells}
          name={name}
          followed={followed}
          top={(selection && tops?.[topKey(by, selection)]) ?? null}
          theme={theme}
          {...place}
          onFollow={(token) => loci.view.setState({ followed: token })}
        />
      ) : (
        <Waiting
          finding={finding}
          what={through === 'logit' ? 'The logit lens is' : 'The Jacobian lens is'}
        />
      )}
      {by === 'none' && <LensTools />}
      {through === 'jacobian' && open && (
        <details className="lens-about">
          <summary className="small">About this lens, and others</summary>
          <LensTools />
        </details>
      )}
    </>
  );
}

/** Which lens is shown, and which Jacobian lens is open. */
function Through() {
  const loci = useLoci();
  const open = useLens((state) => state.open);
  const through = useLens((state) => state.through);
  return (
    <div className="lens-through small">
      <Segments
        label="Read through"
        choices={[
          ['logit', 'Logit lens'],
          ['jacobian', 'Jacobian lens'],
        ]}
        chosen={through}
        onChoose={(chosen) => showThrough(loci, chosen)}
      />
      {through === 'jacobian' && open && (
        <span className="muted lens-name" data-testid="lens-name">
          {open.title}, {countText(open.prompts, 'prompts')} (grey: no matrix)
        </span>
      )}
    </div>
  );
}

/** Why there is no picture yet; holds its space, so nothing jumps. */
function Waiting({ finding, what }: { readonly finding: Finding; readonly what: string }) {
  const missing = useStatus((state) => state.gpuMissing);
  const model = useStatus((state) => state.model);
  const error = useStatus((state) => state.readingsError);
  const about = finding.document.model;
  const other = model && otherModel(about, model);
  const text =
    missing !== null
      ? `${what} read from the running model. ${missing}`
      : error !== null
        ? error
        : other !== null
          ? `${what} read from ${other}. Open ${about.title} to see this.`
          : model
            ? `${what} being read.`
            : `${what} read as soon as the model is loaded.`;
  return <p className={error === null ? 'waiting muted' : 'waiting error'}>{text}</p>;
}
