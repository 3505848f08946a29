/** Corruption and restored states. Closed, one line of settings. */
import { resolveNoise, type Sigma, sigmaSource } from '../../experiments/common/noise';
import { noiseSizeText } from '../../results/choicesText';
import { TRACE_GROUPS, TRACE_KINDS } from '../../results/traceMap';
import { NumberField } from '../../ui/NumberField';
import { editDraft } from '../actions/question';
import { useDraft, useLoci, useStatus } from '../context';
import type { Draft } from '../stores/draft';
import { Alignment } from './Alignment';
import { WindowField } from './WindowField';

const KIND_NAMES = { hidden: 'hidden state', mlp: 'MLP', attn: 'attention' };
const GROUP_NAMES = { subject: 'the whole subject together', all: 'all tokens together' };

export function Options() {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const edit = (change: Partial<Draft>) => void editDraft(loci, change);
  return (
    <details className="options" data-testid="options">
      <summary className="small">{summary(draft)}</summary>
      <div className="options-sheet">
        <fieldset>
          <legend className="label">Corrupt the subject by</legend>
          <div className="options-row">
            <label className="check">
              <input
                type="radio"
                name="corruption"
                checked={draft.corruption === 'noise'}
                onChange={() => edit({ corruption: 'noise' })}
              />
              noise
            </label>
            <label className="check">
              <input
                type="radio"
                name="corruption"
                data-testid="corrupt-tokens"
                checked={draft.corruption === 'tokens'}
                onChange={() => edit({ corruption: 'tokens', corruptTo: draft.corruptTo || draft.prompt })}
              />
              another prompt
            </label>
          </div>
          {draft.corruption === 'noise' ? (
            <NoiseFields draft={draft} edit={edit} />
          ) : (
            <OtherPrompt draft={draft} edit={edit} />
          )}
        </fieldset>
        <fieldset>
          <legend className="label">Restore</legend>
          <div className="options-row">
            {TRACE_KINDS.map((kind) => (
              <label key={kind} className="check">
                <input
                  type="checkbox"
                  checked={draft.kinds.includes(kind)}
                  onChange={(event) =>
                    edit({
                      kinds: TRACE_KINDS.filter((k) =>
                        k === kind ? event.target.checked : draft.kinds.includes(k),
                      ),
                    })
                  }
                />
                {KIND_NAMES[kind]}
              </label>
            ))}
            {TRACE_GROUPS.map((group) => (
              <label key={group} className="check">
                <input
                  type="checkbox"
                  checked={draft.groups.includes(group)}
                  onChange={({ target }) =>
                    edit({
                      groups: TRACE_GROUPS.filter((g) =>
                        g === group ? target.checked : draft.groups.includes(g),
                      ),
                    })
                  }
                />
                {GROUP_NAMES[group]}
              </label>
            ))}
          </div>
          <WindowField
            label="Layers restored at once (MLP, attention)"
            value={draft.window}
            onChange={(window) => edit({ window })}
          />
        </fieldset>
      </div>
    </details>
  );
}

interface FieldsProps {
  readonly draft: Draft;
  readonly edit: (change: Partial<Draft>) => void;
}

function NoiseFields({ draft, edit }: FieldsProps) {
  const sigma = useStatus((state) => state.model?.sigma);
  const size = sigma && noiseSize(draft.noise, sigma);
  return (
    <div className="options-row">
      <label className="labelled">
        <span>Size (s3 is three sigma)</span>
        <input
          className="field narrow"
          value={draft.noise}
          spellCheck={false}
          onChange={(event) => edit({ noise: event.target.value })}
        />
      </label>
      <NumberField
        label="Draws"
        value={draft.samples}
        min={1}
        max={1000}
        onChange={(samples) => edit({ samples })}
      />
      <NumberField
        label="Seed"
        value={draft.seed}
        min={0}
        max={0xffffffff}
        onChange={(seed) => edit({ seed })}
      />
      <p className="small muted" data-testid="noise-size">
        {size}
      </p>
    </div>
  );
}

/** '3 sigma = 0.41, measured on 200 names'; null if the size is a number or unreadable. */
function noiseSize(rule: string, sigma: Sigma): string | null {
  try {
    const noise = resolveNoise({ noise: rule }, sigma);
    return /^s/i.test(noise.rule)
      ? noiseSizeText(noise.factor, noise.sigma, sigmaSource(noise.measuredOn))
      : null;
  } catch {
    return null;
  }
}

function OtherPrompt({ draft, edit }: FieldsProps) {
  const tokens = useDraft((state) => state.tokens);
  const others = useDraft((state) => state.otherTokens);
  return (
    <>
      <label className="labelled">
        <span>The other prompt, equally many tokens</span>
        <input
          className="field"
          data-testid="corrupt-to"
          value={draft.corruptTo}
          spellCheck={false}
          aria-invalid={others.length > 0 && others.length !== tokens.length}
          onChange={(event) => edit({ corruptTo: event.target.value })}
        />
      </label>
      {others.length > 0 && <Alignment tokens={tokens} others={others} />}
    </>
  );
}

function summary(draft: Draft): string {
  const corruption =
    draft.corruption === 'noise'
      ? `Noise ${draft.noise}, ${draft.samples} ${draft.samples === 1 ? 'draw' : 'draws'}`
      : 'Another prompt';
  const kinds = draft.kinds.map((kind) => KIND_NAMES[kind]).join(', ') || 'nothing';
  return `${corruption}; restore ${kinds}`;
}
