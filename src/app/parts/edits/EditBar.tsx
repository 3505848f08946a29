/** One edit: a place of the model, and what to do there. */
import { useEffect, useMemo, useState } from 'react';
import { promptOf } from '../../../results/asked';
import { tokenLabels } from '../../../results/tokens';
import { Button } from '../../../ui/Button';
import { NumberField } from '../../../ui/NumberField';
import { numbered, SelectField } from '../../../ui/SelectField';
import { TextField } from '../../../ui/TextField';
import { useNarrow } from '../../../ui/useNarrow';
import { whyNotAsked } from '../../actions/answer';
import { addEdit, setTwin } from '../../actions/edits';
import { useDraft, useEdits, useGraph, useLoci, useStatus, useView } from '../../context';
import { placeOfCell, placeOfNode } from '../../editPlaces';
import {
  changeOf,
  FIRST_PLACE,
  type Part,
  type Place,
  twinOf,
  type Verb,
  verbsOf,
  whyNoEdit,
} from '../../edits';
import type { Finding } from '../../stores/session';
import { Answer } from './Answer';
import { CopyState } from './CopyState';
import { DirectionField } from './DirectionField';
import './edits.css';

const PARTS: Readonly<Record<Part, string>> = {
  stream: 'Layer (stream)',
  attention: 'Attention',
  mlp: 'MLP',
  head: 'Head',
  neuron: 'Neuron',
  token: 'Token',
  look: 'Look of a head',
  wire: 'Wire',
};

const VERBS: Readonly<Record<Verb, { readonly text: string; readonly title: string }>> = {
  zero: { text: 'Zero', title: 'Set it to 0' },
  mean: { text: 'Mean', title: 'Set it to its mean over the positions of this prompt' },
  twin: { text: 'From twin', title: 'Put in what it is in the twin' },
  noise: { text: 'Noise', title: 'Add noise; drag its strength' },
  scale: { text: 'Scale', title: 'Multiply it; drag the factor' },
  towards: { text: 'Along twin', title: 'Move it along the direction to the twin; drag how far' },
  hide: { text: 'Hide', title: 'From there, this head cannot see that token' },
  hideAll: { text: 'Hide from all', title: 'From nowhere can this head see that token' },
  cut: { text: 'Cut', title: 'The wire carries 0' },
};

export function EditBar({ finding }: { readonly finding: Finding }) {
  const { document } = finding;
  const missing = useStatus((state) => whyNotAsked(state, document.model));
  return (
    <section className="edit-bar" aria-label="Edit" data-testid="edit-bar">
      <div className="section-head">
        <h2>Change it</h2>
      </div>
      {missing === null ? <Bar finding={finding} /> : <p className="muted small">{missing}</p>}
    </section>
  );
}

function Bar({ finding }: { readonly finding: Finding }) {
  const { document } = finding;
  const hasEdits = useEdits((state) => state.changes.length > 0);
  const isNarrow = useNarrow();
  const loci = useLoci();
  const model = useStatus((state) => state.model!.spec);
  const given = useEdits((state) => state.twin);
  const labels = useMemo(() => tokenLabels(document).map(({ label }) => label), [document]);
  const [place, setPlace] = usePlaceToEdit(document);
  const set = (change: Partial<Place>) => setPlace((now) => ({ ...now, ...change }));
  const { part, layer, head, neuron, position, key, wire } = place;
  const twin = twinOf(document, given);
  const hasTwinVerb = verbsOf(part).some((verb) => verb === 'twin');
  const isIn = (...parts: readonly Part[]) => parts.includes(part);
  return (
    <>
      <div className="edit-place">
        <SelectField
          label="Part"
          value={part}
          choices={Object.entries(PARTS)}
          onChange={(value) => set({ part: value as Part })}
        />
        {!isIn('token', 'wire') && (
          <SelectField
            label="Layer"
            value={layer}
            choices={numbered(model.nLayers)}
            onChange={(value) => set({ layer: Number(value) })}
          />
        )}
        {isIn('head', 'look') && (
          <SelectField
            label="Head"
            value={head}
            choices={numbered(model.nHeads)}
            onChange={(value) => set({ head: Number(value) })}
          />
        )}
        {isIn('neuron') && (
          <NumberField
            label="Neuron"
            value={neuron}
            min={0}
            max={model.dMlp - 1}
            onChange={(value) => set({ neuron: value })}
          />
        )}
        {isIn('wire') ? (
          <TextField
            label="Wire"
            value={wire}
            placeholder="a0.h1->m1"
            onChange={(text) => set({ wire: text.trim() })}
          />
        ) : (
          <SelectField
            label={isIn('look') ? 'From' : 'At'}
            value={position ?? ''}
            choices={[
              ['', isIn('look') ? 'the answer’s place' : 'all positions'],
              ...labels.map((label, t) => [`${t}`, label] as const),
            ]}
            onChange={(value) => set({ position: value === '' ? null : Number(value) })}
          />
        )}
        {isIn('look') && (
          <SelectField
            label="Hide"
            value={key}
            choices={labels.map((label, t) => [`${t}`, label] as const)}
            onChange={(value) => set({ key: Number(value) })}
          />
        )}
      </div>
      <div className="edit-verbs" role="group" aria-label="Do">
        {verbsOf(part).map((verb) => {
          const why = whyNoEdit(model, place, verb, twin);
          return (
            <Button
              key={verb}
              small
              data-testid={`edit-${verb}`}
              disabled={why !== null}
              title={why ?? VERBS[verb].title}
              onClick={() => void addEdit(loci, changeOf(model, place, verb, { T: labels.length }))}
            >
              {VERBS[verb].text}
            </Button>
          );
        })}
      </div>
      {!isIn('look', 'wire') && <CopyState place={place} labels={labels} />}
      {!isIn('look', 'wire') && <DirectionField finding={finding} place={place} />}
      {isNarrow && hasEdits && <Answer finding={finding} isLive={false} />}
      {hasTwinVerb && !promptOf(document).corrupted && <TwinField isKnown={twin !== null} />}
    </>
  );
}

/** The place in the fields: the selected one, until the user names another. */
function usePlaceToEdit(document: Finding['document']) {
  const locked = useView((state) => state.locked);
  const looked = useView((state) => state.head);
  const node = useGraph((state) => state.view.selection);
  const [place, setPlace] = useState<Place>(FIRST_PLACE);
  useEffect(() => {
    const found = placeOfCell(document, locked);
    if (found) setPlace((now) => ({ ...now, ...found }));
  }, [document, locked]);
  useEffect(() => {
    const found = placeOfNode(node);
    if (found) setPlace((now) => ({ ...now, ...found }));
  }, [node]);
  useEffect(() => {
    if (looked) setPlace((now) => ({ ...now, ...looked, part: now.part === 'look' ? 'look' : 'head' }));
  }, [looked]);
  return [place, setPlace] as const;
}

/** A twin for prompts without one; the editor's, to begin with. */
function TwinField({ isKnown }: { readonly isKnown: boolean }) {
  const loci = useLoci();
  const given = useEdits((state) => state.twin?.prompt);
  const typed = useDraft((state) => state.draft.corruptTo);
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? given ?? typed;
  return (
    <form
      className="edit-twin"
      onSubmit={(event) => {
        event.preventDefault();
        if (shown !== '') void setTwin(loci, shown);
      }}
    >
      <TextField
        label="Twin"
        data-testid="edit-twin-prompt"
        value={shown}
        placeholder="A prompt of as many tokens"
        onChange={setText}
      />
      <Button type="submit" small disabled={shown === '' || (isKnown && shown === given)}>
        Use
      </Button>
    </form>
  );
}
