/** A study's prompts: the typed one, or a task set. */
import { useEffect, useState } from 'react';
import type { ModelInfo } from '../../engine/api';
import { SHIPPED_SETS } from '../../load/sets';
import { editDraft } from '../actions/question';
import { TAKEN } from '../actions/share';
import { useDraft, useLoci, useStatus } from '../context';
import type { Loci } from '../loci';

type Reasons = Readonly<Record<string, string>>;

/** By opened model and kind of question. */
const known = new WeakMap<ModelInfo, Map<string, Promise<Reasons>>>();

/** Why shipped sets do not suit the question and the model, by name; asked once per pair. */
function reasonsOf({ engine }: Loci, model: ModelInfo, kind: string): Promise<Reasons> {
  const ofModel = known.get(model) ?? new Map<string, Promise<Reasons>>();
  known.set(model, ofModel);
  const reason = async (name: string) => {
    // A set that fails to load reports it when chosen.
    const why = await engine.whyUnfit(kind, name).catch(() => null);
    return why === null ? [] : [[name, why] as const];
  };
  const reasons =
    ofModel.get(kind) ??
    Promise.all(SHIPPED_SETS.map(reason)).then((pairs) => Object.fromEntries(pairs.flat()));
  ofModel.set(kind, reasons);
  return reasons;
}

function useUnfit(): Reasons {
  const loci = useLoci();
  const kind = useDraft((state) => state.draft.kind);
  const model = useStatus((state) => state.model);
  const [asked, setAsked] = useState<{ model: ModelInfo; kind: string; reasons: Reasons } | null>(null);
  useEffect(() => {
    if (model === null) return;
    let isCurrent = true;
    void reasonsOf(loci, model, kind).then((reasons) => {
      if (isCurrent) setAsked({ model, kind, reasons });
    });
    return () => {
      isCurrent = false;
    };
  }, [loci, kind, model]);
  return asked?.model === model && asked?.kind === kind ? asked.reasons : {};
}

export function Prompts() {
  const loci = useLoci();
  const set = useDraft((state) => state.draft.set);
  const unfit = useUnfit();
  const names = [...SHIPPED_SETS, ...(set && !SHIPPED_SETS.includes(set.name) ? [set.name] : [])];
  return (
    <label className="labelled">
      <span>Prompts</span>
      <select
        className="field set-picker"
        data-testid="prompts"
        value={set?.name ?? ''}
        onChange={(event) => {
          const name = event.target.value;
          void editDraft(loci, { set: name === '' ? null : { name, take: TAKEN } });
        }}
      >
        <option value="">this one</option>
        {names.map((name) => (
          <option key={name} value={name} disabled={name in unfit && name !== set?.name}>
            {name in unfit ? `${name}: ${unfit[name]}` : name}
          </option>
        ))}
      </select>
    </label>
  );
}
