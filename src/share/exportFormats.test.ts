import { readdirSync, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../results/document';
import { exportFormats } from './exportFormats';
import { gpt2Spec } from '../model/testing';
import { textToDocument } from './file';
import { graphDocumentOf } from './graphs/testing';
import { backends } from './scripts/part';
import { abridgedScripts } from './testing/abridgedScripts';
import { numbersInScript, numbersOf } from './testing/scriptNumbers';

const folder = 'reference/exports/golden/';
/** Results on tiny-llama, made by reference/exports/check.py, which also runs their scripts. */
const documents = new Map<string, ResultDocument>();
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')))
  documents.set(file.replace('.json', ''), await textToDocument(readFileSync(folder + file, 'utf8')));

function read(name: string): ResultDocument {
  const document = documents.get(name);
  if (!document) throw new Error(`no document ${name}`);
  return document;
}

function contentOf(document: ResultDocument, id: string): string | Uint8Array {
  const format = exportFormats(document).find((one) => one.id === id);
  if (!format) throw new Error(`no format ${id}`);
  return format.content();
}

const study = (change: (spec: Record<string, unknown>, document: ResultDocument) => object = () => ({})) => {
  const document = read('intervention') as ResultDocument;
  return { ...document, spec: { ...document.spec, ...change(document.spec, document) } } as ResultDocument;
};

describe('scripts', () => {
  // reference/exports/check.py has run them: run it again after any change of the text.
  it('are as they were', async () => {
    const gpt2 = ['activation-patching', 'attribution'].map((name): [string, ResultDocument] => {
      const document = read(name);
      return [`${name}-gpt2`, { ...document, model: { ...document.model, family: 'gpt2' } }];
    });
    const scripts = [...documents, ...gpt2].flatMap(([name, document]) =>
      backends.map((backend) => [`${name}.${backend}`, contentOf(document, backend) as string] as const),
    );
    await expect(abridgedScripts(new Map(scripts))).toMatchFileSnapshot(
      `${process.cwd()}/${folder}scripts.py`,
    );
  });

  it.each([...documents.keys()])("hold the document's numbers to nine digits: %s", (name) => {
    for (const backend of backends)
      expect(numbersInScript(contentOf(read(name), backend) as string)).toEqual(numbersOf(read(name)));
  });

  it('have no section left open and no marker left over', () => {
    for (const name of [
      'causal-trace-replacement',
      'activation-patching-two-prompts',
      'ablation-resample',
      'path-patching-frozen',
    ])
      for (const backend of ['transformer-lens', 'nnsight'])
        expect(contentOf(read(name), backend)).not.toMatch(/^\s*# (if|end)\b/m);
  });

  it('name the model: a hub id with its commit, a shipped folder, a folder', () => {
    const named = (model: Partial<ResultDocument['model']>) => {
      const document = read('logit-lens');
      return contentOf({ ...document, model: { ...document.model, ...model } }, 'nnsight');
    };
    expect(named({ id: 'atlas', revision: 'builtin', family: 'gpt2' })).toContain(
      'else "public/models/atlas"\nREVISION = None',
    );
    expect(named({})).toContain('else "tiny-llama"\nREVISION = None');
    expect(named({ id: 'some/model', revision: 'c0ffee' })).toContain(
      'else "some/model"\nREVISION = "c0ffee"',
    );
  });

  it.each([
    [
      { family: 'bert' },
      "export: scripts do not know the modules of this family, got 'bert', expected gpt2, llama,",
    ],
    [{ family: 'toString' }, "of this family, got 'toString'"],
    [{ family: undefined }, 'export: the document does not say what model this is, got no family'],
    [
      { id: 'a/b.gguf' },
      'export: a GGUF file has other weights than the model it was made from, got a/b.gguf',
    ],
  ])('refuse the model %j in one sentence', (model, message) => {
    const document = study();
    const other = { ...document, model: { ...document.model, ...model } } as ResultDocument;
    for (const backend of ['transformer-lens', 'nnsight'])
      expect(() => contentOf(other, backend)).toThrow(message);
  });

  it.each([
    [
      { edits: [{ site: 'ln_final.hook_scale', rows: [0], op: 'scale', alpha: 2 }] },
      'edit of this site cannot be said',
    ],
    [{ masks: [{ queries: [1], keys: [2], op: 'allow' }] }, 'a mask that lets a query see more'],
    [
      { rewrites: [{ queries: [1], kind: 'shuffled', seed: 1 }] },
      "own random numbers cannot be said in a script, got 'shuffled'",
    ],
  ])('refuse %j in one sentence', (spec, message) => {
    expect(() =>
      contentOf(
        study(() => spec),
        'nnsight',
      ),
    ).toThrow(message);
  });

  it('refuse a study that is not finished', () => {
    const document = study();
    const half = { ...document, cases: { ...document.cases, measured: 0 } };
    expect(() => contentOf(half, 'nnsight')).toThrow('export: the study is not finished, got 0 of 1 cases');
  });
});

describe('npz', () => {
  it("has the fields of ROME's files, one kind each", () => {
    const files = unzipSync(contentOf(read('causal-trace'), 'npz-mlp') as Uint8Array);
    expect(Object.keys(files)).toEqual(
      [
        'scores',
        'low_score',
        'high_score',
        'input_ids',
        'input_tokens',
        'subject_range',
        'answer',
        'window',
        'correct_prediction',
        'kind',
      ].map((name) => `${name}.npy`),
    );
    const header = (name: string) => new TextDecoder('latin1').decode(files[`${name}.npy`]!.subarray(0, 128));
    expect(header('scores')).toMatch(
      /^.NUMPY..v.\{'descr': '<f8', 'fortran_order': False, 'shape': \(8, 2\), \} +\n$/s,
    );
    expect(header('input_ids')).toContain("'<i8', 'fortran_order': False, 'shape': (8,)");
    expect(header('kind')).toContain("'<U3', 'fortran_order': False, 'shape': ()");
    expect(header('correct_prediction')).toContain("'|b1'");
    expect(files['kind.npy']!.subarray(128)).toEqual(
      Uint8Array.from([109, 0, 0, 0, 108, 0, 0, 0, 112, 0, 0, 0]),
    );
  });

  it('has the figures of a study, undefined cells NaN, and the same bytes every time', () => {
    const document = read('path-patching') as ResultDocument;
    const bytes = contentOf(document, 'npz') as Uint8Array;
    expect(contentOf(document, 'npz')).toEqual(bytes);
    const files = unzipSync(bytes);
    const [, figure] = document.figures;
    const data = files[`${figure!.name}.npy`]!;
    const values = new Float64Array(data.slice(128).buffer);
    expect(figure!.values).toContain(null);
    expect([...values].map((value) => (Number.isNaN(value) ? null : value))).toEqual(figure!.values);
  });
});

describe('formats', () => {
  it('are those of the kind, with file names', () => {
    const names = (document: ResultDocument) =>
      exportFormats(document).map(({ id, fileName }) => [id, fileName]);
    expect(names(read('causal-trace'))).toEqual([
      ['transformer-lens', 'loci_causal_trace_tiny_llama_transformer_lens.py'],
      ['nnsight', 'loci_causal_trace_tiny_llama_nnsight.py'],
      ['npz', 'loci-causal-trace-tiny-llama.npz'],
      ['npz-hidden', 'loci-causal-trace-tiny-llama-hidden.npz'],
      ['npz-mlp', 'loci-causal-trace-tiny-llama-mlp.npz'],
      ['npz-attn', 'loci-causal-trace-tiny-llama-attn.npz'],
      ['csv', 'loci-causal-trace-tiny-llama.csv'],
    ]);
    expect(names({ ...study(), kind: 'steering' }).map(([id]) => id)).toEqual(['npz', 'csv']);
    const graph = graphDocumentOf(gpt2Spec(), () => ({ score: 0.5, kept: true }));
    const formats = exportFormats(graph).map(({ id }) => id);
    expect(formats).toEqual(['eap-ig', 'neuronpedia', 'dot', 'npz', 'csv']);
    for (const id of formats.slice(0, 3)) expect(contentOf(graph, id)).toMatch(/a1\.h2|"1_2_/);
  });
});
