/**
 * What happens at a hook site once its tensor is complete: edits are applied, callbacks see it, captures and later
 * sweeps get their copies.
 */
import type { ModelSpec } from '../../model/spec';
import { rowLayout } from '../../model/sites';
import { push } from '../../util/lists';
import { range } from '../../util/range';
import type { EmitOptions } from './builder';
import { byHeads, type CaptureHere, gather } from './captureTables';
import { CutEmitter, type CutHere } from './cutEmitter';
import { type EditTarget, buildEditTables, columnsAt, editRounds } from './editTables';
import type { ResolvedRun } from '../request/resolve';
import { capturedShape, isSquare } from '../request/captures';
import type { ResolvedEdit, Span } from '../request/resolveEdits';
import type { CacheLookup, Slot } from './keepEmitter';
import { stagePair } from '../plan/stages';
import type { CaptureSlot } from '../plan/steps';
import type { Sweep } from '../plan/sweeps';

/** An edit of one run, and whether it is its base's. */
interface EditHere extends CutHere {
  readonly inherited: boolean;
}

export class SiteEmitter extends CutEmitter {
  protected readonly captures: CaptureSlot[] = [];
  protected resultBytes = 0;
  protected readonly editsByKey = new Map<string, EditHere[]>();
  protected readonly callbacksByKey = new Map<
    string,
    { sequence: number; callback: ResolvedRun['callbacks'][number] }[]
  >();
  private readonly capturesByKey = new Map<
    string,
    { sequence: number; capture: ResolvedRun['captures'][number] }[]
  >();

  constructor(
    spec: ModelSpec,
    sweep: Sweep,
    options: EmitOptions,
    earlier: CacheLookup,
    sweepOf: ReadonlyMap<string, number>,
  ) {
    super(spec, sweep, options, earlier, sweepOf);
    for (const [i, { run, inherited, own }] of sweep.sequences.entries()) {
      for (const edit of inherited) push(this.editsByKey, edit.key, { sequence: i, edit, inherited: true });
      for (const edit of own) push(this.editsByKey, edit.key, { sequence: i, edit, inherited: false });
      for (const capture of run.captures) push(this.capturesByKey, capture.key, { sequence: i, capture });
      for (const callback of run.callbacks)
        push(this.callbacksByKey, callback.key, { sequence: i, callback });
    }
  }

  protected isWritten(key: string): boolean {
    return this.editsByKey.has(key) || this.callbacksByKey.has(key);
  }

  protected hasEdit(key: string, test: (edit: ResolvedEdit) => boolean): boolean {
    return this.editsByKey.get(key)?.some(({ edit }) => test(edit)) ?? false;
  }

  protected isTouched(key: string): boolean {
    return this.isWritten(key) || this.capturesByKey.has(key) || this.isKept(key);
  }

  /** Whether cuts are all that happens at a site: nobody looks, and no other edit writes it. */
  protected isOnlyCut(key: string): boolean {
    const isSeen = this.callbacksByKey.has(key) || this.capturesByKey.has(key) || this.isKept(key);
    return !isSeen && (this.editsByKey.get(key)?.every(({ edit }) => edit.cut) ?? false);
  }

  /**
   * A site's tensor is complete: edits, then callbacks, then whoever reads it. `stage` is given for pairs' tensors;
   * `beside` is what edits of scores and pattern read: the scores without a mask, and the scores.
   */
  protected touch(key: string, slot: Slot, stage?: number, beside?: string): void {
    this.applyEdits(key, slot, stage, beside);
    for (const { sequence, callback } of this.callbacksByKey.get(key) ?? []) {
      const { run } = this.sweep.sequences[sequence]!;
      const offsets = run.tokens.map((_, t) => this.rows.at(sequence, t) * slot.stride + slot.col);
      this.steps.push({
        type: 'callback',
        label: key,
        tensor: slot.tensor,
        offsets,
        width: slot.width,
        fn: callback.fn,
      });
    }
    this.capture(key, slot);
    this.keep(key, slot);
  }

  /** Copies what is captured into the result as it is read: whole rows as they lie, anything else by kernel `heads`. */
  private capture(key: string, slot: Slot): void {
    const captures = (this.capturesByKey.get(key) ?? []).map(({ sequence, capture }): CaptureHere => {
      const { run } = this.sweep.sequences[sequence]!;
      const positions = capture.rows ?? run.tokens.map((_, t) => t);
      return { run, capture, rows: positions.map((t) => this.rows.at(sequence, t)) };
    });
    for (const [n, group] of byHeads(captures).entries()) {
      const [{ capture }] = group as [CaptureHere];
      const isWhole = !capture.heads && !isSquare(capture) && slot.width === slot.stride;
      if (isWhole) this.copyRowsOut(group, slot);
      else this.gatherHeads(`${key}.${n}`, group, slot);
    }
  }

  private copyRowsOut(captures: readonly CaptureHere[], { tensor, stride }: Slot): void {
    for (const here of captures) {
      const offset = this.place(here);
      for (const [first, count, index] of consecutive(here.rows))
        this.copyOut(tensor, first, stride, count, offset + 4 * stride * index);
    }
  }

  private gatherHeads(name: string, captures: readonly CaptureHere[], slot: Slot): void {
    const [{ capture }] = captures as [CaptureHere];
    const { heads } = rowLayout(this.spec, capture.site, 1);
    const perHead = slot.width / heads;
    const chosen = capture.heads ?? range(0, heads);
    const { table, elements, begins } = gather(captures, { ...slot, perHead }, chosen.length);
    const tables = [this.table(`heads.${name}`, table), this.table(`heads.${chosen.join()}`, chosen)];
    const out = this.declare(`captured.${elements}`, 'scratch', elements);
    const buffers = [...tables, slot.tensor, out].map((id) => ({ id }));
    const shape = { heads: chosen.length, width: perHead, perHead };
    this.dispatch('heads', `heads of ${name}`, buffers, { row0: 0, rows: table.length / 4, ...shape });
    for (const [i, here] of captures.entries()) {
      const [begin, end] = [begins[i]!, begins[i + 1] ?? elements];
      const { pool } = here.capture;
      const offset = this.place(here);
      if (pool === 1) this.copyOut(out, begin, 1, end - begin, offset);
      else this.pool(here, begin, out, offset);
    }
  }

  private pool({ run, capture }: CaptureHere, origin: number, maps: string, offset: number): void {
    const T = run.tokens.length;
    const [H, P] = capturedShape(this.spec, capture, T) as [number, number];
    const out = this.declare(`pooled.${H * P * P}`, 'scratch', H * P * P);
    const params = { row0: 0, rows: H * P, T, P, side: capture.pool, origin, to: 0 };
    this.dispatch('pool', `pool ${capture.site.name}`, [{ id: maps }, { id: out }], params);
    this.copyOut(out, 0, 1, H * P * P, offset);
  }

  /** Where a capture lies in the result: the next free bytes. */
  private place({ run, capture }: CaptureHere): number {
    const shape = capturedShape(this.spec, capture, run.tokens.length);
    const offset = this.resultBytes;
    this.captures.push({ run, site: capture.site, offset, shape });
    this.resultBytes += 4 * shape.reduce((product, length) => product * length, 1);
    return offset;
  }

  private applyEdits(key: string, slot: Slot, stage?: number, beside?: string): void {
    let tables = 0;
    for (const [i, here] of phasesOf(this.editsByKey.get(key) ?? []).entries()) {
      const place = (row: number, column: number): number => row * slot.stride + slot.col + column;
      if (i % 2 === 0) this.applyCuts(`${key}.${i}`, slot.tensor, place, here);
      else tables += this.applyTables(key, slot, here, tables, stage, beside);
    }
  }

  /** Edits other than cuts, whose tables are numbered from `first` on; their number. */
  private applyTables(
    key: string,
    slot: Slot,
    here: readonly EditHere[],
    first: number,
    stage?: number,
    beside?: string,
  ): number {
    const isPair = stage !== undefined && key !== stagePair(this.spec, stage).sum;
    const targets: EditTarget[] = [];
    const bySequence = new Map<number, { edit: ResolvedEdit; inherited: boolean }[]>();
    for (const { sequence, ...rest } of here) push(bySequence, sequence, rest);
    for (const [s, list] of bySequence) {
      const rounds = editRounds(list.map(({ edit }) => edit));
      const { entry, base } = this.sweep.sequences[s]!;
      for (const [i, { edit, inherited }] of list.entries()) {
        const { heads, perHead } = edit.layout;
        for (const [rowIndex, t] of edit.rows.entries()) {
          const row = this.rows.at(s, t);
          // A row that enters with this very pair brings its base's edits along.
          if (row < 0 || (inherited && base && isPair && entry[t] === stage)) continue;
          const at = columnsAt(row * slot.stride + slot.col, perHead, slot.width / heads);
          const source =
            edit.source?.kind === 'unmasked' ? { tensor: beside!, at } : this.sourceOf(edit, t, slot.width);
          targets.push({ edit, rowIndex, at, source, round: rounds[i]! });
        }
      }
    }
    const tables = buildEditTables(targets);
    for (const [i, table] of tables.entries()) {
      const n = first + i;
      const entries = { id: this.table(`edit.${key}.${n}`, table.entries) };
      const x = { id: slot.tensor };
      const shape = { row0: 0, rows: table.count };
      if (table.kernel === 'rewrite') {
        const before = this.scratch('pattern_before', slot.stride);
        this.copyWhole(`copy ${key}`, slot.tensor, before, slot.stride);
        const buffers = [entries, { id: beside! }, { id: before }, x];
        this.dispatch('rewrite', `rewrite ${key}`, buffers, { ...shape, T: table.maxCols });
        continue;
      }
      if (table.kernel === 'snippet') {
        const params = { ...shape, maxCols: table.maxCols };
        this.dispatch('snippet', `snippet ${key}`, [entries, x], params, 0, table.code);
        continue;
      }
      const values = this.table(`edit.${key}.${n}.values`, table.values);
      const buffers = [entries, { id: values }, { id: table.source ?? values }, x];
      this.dispatch(table.kernel, `edit ${key}`, buffers, { ...shape, maxCols: table.maxCols });
    }
    return tables.length;
  }

  /** Where the value of a row's edit lies on the device; a mean is computed into a tensor of its own first. */
  private sourceOf(edit: ResolvedEdit, t: number, width: number): EditTarget['source'] {
    const { source, layout } = edit;
    const { heads, perHead } = layout;
    const rowIn = (run: string, key: string) => {
      const { slot, rowOf } = this.earlier(this.sweepOf.get(run)!, key);
      const first = rowOf(run, t) * slot.stride + slot.col;
      return { tensor: slot.tensor, at: columnsAt(first, perHead, slot.width / heads) };
    };
    if (source?.kind === 'run') return rowIn(source.run, source.site!);
    if (source?.kind !== 'mean') return null;
    const id = `mean.${this.steps.length}.${t}`;
    const at = columnsAt(0, perHead, width / heads);
    const spans = Array.from({ length: heads }, (_, h): Span => [h * perHead, (h + 1) * perHead]);
    this.declare(id, 'scratch', width);
    for (const [n, run] of source.runs.entries()) {
      const target: EditTarget = {
        edit: { ...edit, rows: [t], spans, op: n === 0 ? 'set' : 'lerp', alpha: 1 / (n + 1) },
        rowIndex: 0,
        at,
        source: rowIn(run, edit.key),
        round: 0,
      };
      const [table] = buildEditTables([target]);
      const entries = this.table(`${id}.${n}`, table!.entries);
      const values = this.table(`${id}.${n}.values`, table!.values);
      this.dispatch(
        'edit',
        `mean ${edit.key}`,
        [{ id: entries }, { id: values }, { id: target.source!.tensor }, { id }],
        { row0: 0, rows: table!.count, maxCols: table!.maxCols },
        0,
      );
    }
    return { tensor: id, at };
  }
}

/** Edits of a site in the order of each run's table: cuts, which add up, in even phases, other edits in odd ones. */
function phasesOf(edits: readonly EditHere[]): EditHere[][] {
  const phases: EditHere[][] = [];
  const reached = new Map<number, number>();
  for (const here of edits) {
    const kind = here.edit.cut ? 0 : 1;
    const before = reached.get(here.sequence) ?? kind;
    const phase = before % 2 === kind ? before : before + 1;
    reached.set(here.sequence, phase);
    while (phases.length <= phase) phases.push([]);
    phases[phase]!.push(here);
  }
  return phases;
}

/** Runs of consecutive numbers as [first, count, index of the first]. */
function consecutive(rows: readonly number[]): [number, number, number][] {
  const out: [number, number, number][] = [];
  for (const [index, row] of rows.entries()) {
    const last = out.at(-1);
    if (last && row === last[0] + last[1]) last[1]++;
    else out.push([row, 1, index]);
  }
  return out;
}
