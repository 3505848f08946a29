import { BUILTIN_NAMES } from './models';

interface CommandHelp {
  /** Its lines in the list of commands. */
  readonly usage: string;
  /** Command lines that run as they are, in sequence. */
  readonly example: readonly string[];
}

/** Writes the document of a finding that ships with the project. */
const READ = 'read "$(cat src/app/examples/links/0.txt)" --out finding.json';

const COMMANDS: Readonly<Record<string, CommandHelp>> = {
  trace: {
    usage: `\
  loci trace --model M [--prompt P] [flags]             trace a fact; print the finding and its heatmap`,
    example: ['trace --model atlas --prompt "The capital of France is" --subject France --out paris.json'],
  },
  run: {
    usage: `\
  loci run SPEC.json [--model M] [--set FILE]           run a spec, or a document's question again; --set: its cases
              [--resume] [--allow-snippets]             from a JSON or CSV file, or a shipped set (docs/sets.md);
              [--images P|SET] [--max 100]              without --model: the built-in model that the spec names;
              [--lens FILE] [--out FILE]                --images: what a question about a net asks of (docs/images.md);
                                                        --resume: keep finished cases, go on after an interruption;
                                                        --lens: opens a Jacobian lens first;
                                                        --allow-snippets: run the WGSL code that a spec carries;
                                                        SPEC may be a circuit of EAP-IG, measured on M and --set`,
    example: [
      'run specs/logit-lens.json --out lens.json',
      'run specs/images/class-graph.json --images public/models/shapes/scenes.zip --max 4 --out graph.json',
    ],
  },
  generate: {
    usage:
      '  loci generate --model M --prompt P [flags]            continue a prompt, perhaps with edited states',
    example: ['generate --model atlas --prompt "The capital of France is" --max 3'],
  },
  verify: {
    usage: `\
  loci verify --model M | --all [--full] [--prompt P]   largest error per hook site, against PyTorch and float64
              [--against reference|onnxruntime]         or against onnxruntime-web instead of float64`,
    example: ['verify --model planted'],
  },
  tokens: {
    usage: '  loci tokens --model M --prompt P [--bos on|off]       how a prompt is split',
    example: ['tokens --model atlas --prompt "The capital of France is"'],
  },
  link: {
    usage: `\
  loci link FILE [--base URL] [--small] [--kind mlp]    a document as a link; --small: one map of a trace, fewer digits,
                                                        for chats that cut links above 2,000 characters`,
    example: [READ, 'link finding.json'],
  },
  read: {
    usage: '  loci read URL [--out FILE]                            a link as a document',
    example: [READ],
  },
  export: {
    usage: `\
  loci export FILE --as FORMAT [--out FILE]             a document for other programs: transformer-lens or nnsight (a
                                                        Python script), npz, csv, svg (the picture); a graph: eap-ig,
                                                        neuronpedia, dot (docs/export.md)`,
    example: [READ, 'export finding.json --as csv --out finding.csv'],
  },
  activations: {
    usage: `\
  loci activations --model M --prompt P --sites A,B|all --out FILE.safetensors
                                                        hook sites' values; 'attn.hook_z' is that of every block`,
    example: [
      'activations --model atlas --prompt "The capital of France is" --sites attn.hook_z --out z.safetensors',
    ],
  },
  gradients: {
    usage: `\
  loci gradients --model M --prompt P [flags]           gradients of the answer's logit at hook sites, as a table;
              [--out FILE.safetensors]                  --out: the gradients themselves (docs/gradients.md)`,
    example: [
      'gradients --model atlas --prompt "The capital of France is" --answer Paris --distractor Oslo --sites hook_attn_out,hook_mlp_out',
    ],
  },
  image: {
    usage: `\
  loci image --model N [--image P] [--top 5] [--verify] the classes that a net gives to a picture; without one: the net's
              [--sites A,B|all --out FILE.safetensors]  sites; --out: their values; --verify: against the untouched file
                                                        (docs/images.md)`,
    example: [
      'image --model shapes',
      'image --model shapes --image "public/models/shapes/scenes.zip/red circle/00.png" --verify',
    ],
  },
  lens: {
    usage: `\
  loci lens fit --model M --texts FILE --out FILE.pt    fit a Jacobian lens (docs/jacobian-lens.md) on the texts of a file:
              [--max-tokens 128] [--skip-first 16]      one per line, or a JSON list; --out: .pt or .safetensors;
              [--layers 0,2,4] [--bos on|off]           an interrupted fit resumes
              [--dtype f16|f32]
  loci lens show FILE [--against FILE]                  what a lens's file holds; how far it is from the logit lens, and
                                                        from another lens`,
    example: ['lens show reference/goldens/jacobian_lens/atlas.pt'],
  },
};

const MODEL = `\
M is a built-in model (${BUILTIN_NAMES}),
a folder with config.json, tokenizer.json and safetensors files, a .gguf file, or hub:ID[@revision], a model of the
Hugging Face hub (hub:ID/FILE.gguf for a GGUF file of it). HF_TOKEN is the access token of gated models, sent to
huggingface.co only; copies are kept in ~/.cache/loci, or where LOCI_CACHE says.`;

const NET = `\
N is an .onnx file, a folder with model.onnx or onnx/model.onnx, or the built-in net shapes. Beside it:
preprocessor_config.json (how pictures are prepared) and config.json (the names of classes). P is a PNG or PPM file,
or one in an archive: SET.zip/label/name.png. SET is a folder or a ZIP archive (stored) with a folder per class.`;

const QUESTION = `\
Question, for trace:
  --prompt P              default: a fact that the model knows
  --subject S             text in the prompt; 'S#2' is its second occurrence; default: its last capitalised words
  --subject-range b,e     token positions instead, see 'loci tokens'
  --answer T              default: what the model says
  --distractor T          default: the next likely token
  --metric p|logprob|logit-diff|rank
  --bos on|off            default: the model's own
  --corrupt-to P          another prompt of as many tokens, instead of noise
  --noise s3              3 sigma of the subjects' embeddings; or a number
  --samples 10 --seed 1   noise draws
  --kinds hidden,mlp,attn
  --window N|depth|rome   layers restored together, for mlp and attn
  --group subject         tokens restored together; may be repeated
  --tighten WHAT          up to 300 noise draws of one number: corrupted, peak, or a cell as kind,row,layer (hidden,4,0);
                          may be repeated; for run, too`;

const SAMPLING = `\
Sampling, for generate; greedy if none of temperature, top-k, top-p and seed is given:
  --max 20                new tokens at most; fewer where the text ends
  --temperature 1         logits are divided by it
  --top-k K --top-p P     only the K most likely tokens; only the most likely ones that have probability P together
  --seed 1                the same seed gives the same text
  --sequences 1           texts from the one prompt
  --edits FILE.json       edits, masks and rewrites, see docs/generation.md
  --bos on|off            default: the model's own`;

const GRADIENTS = `\
Gradients:
  --metric M              of what: logit, logit-diff, logprob or p; default: logit-diff with a distractor, else logprob
  --answer T              default: what the model says
  --distractor T          for logit-diff; default: the next likely token
  --sites A,B|all         where; 'hook_mlp_out' is that of every block; default: hook_resid_pre
  --freeze norm,pattern   what counts as constant: the scales of norms, attention patterns; one of them or both
  --edits FILE.json       of the run as it is edited, see docs/generation.md; without 'generated'
  --bos on|off            default: the model's own`;

const HOW = `\
How, for trace, run, generate, verify, activations, gradients and lens fit:
  --engine gpu|reference  reference: float64 on the CPU, needs no adapter
  --kernels pinned        the one kernel set there is, said aloud
  --naive                 every run from scratch
  --weights f32|f16       how matrices are kept; f16: packed half floats
  --hub URL               a mirror or private host instead of https://huggingface.co
  --token-for HOST        send HF_TOKEN to that hub's HOST, which gets none otherwise
  --out FILE              write the document (JSON); for generate: tokens, probabilities and how they were made;
                          for activations and gradients: safetensors; - is stdout`;

const EXIT = `\
Exit code 0: done; 2: bad input; 1: failure. Both say why in one sentence on stderr. 130: Ctrl-C.`;

const TITLE = 'loci: where, inside a network, does an answer come from?';

export const HELP = [
  TITLE,
  [...Object.values(COMMANDS).map(({ usage }) => usage), '  loci help'].join('\n'),
  MODEL,
  NET,
  QUESTION,
  SAMPLING,
  GRADIENTS,
  HOW,
  "An example of a command: 'loci COMMAND --help'.",
  EXIT,
].join('\n\n');

/** Sections of each command's own help. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  trace: [MODEL, QUESTION, HOW],
  run: [MODEL, NET, HOW],
  generate: [MODEL, SAMPLING, HOW],
  verify: [MODEL, HOW],
  tokens: [MODEL],
  activations: [MODEL, HOW],
  gradients: [MODEL, GRADIENTS, HOW],
  image: [NET],
  lens: [MODEL, HOW],
};

/** `command` must be in the list. */
export function helpOf(command: string): string {
  const { usage } = COMMANDS[command]!;
  const example = ['Example:', ...exampleOf(command)].join('\n  ');
  return [usage, example, ...(SECTIONS[command] ?? []), EXIT].join('\n\n');
}

/** As typed in the project's folder. */
export function exampleOf(command: string): string[] {
  return COMMANDS[command]!.example.map((line) => `npm run -s loci -- ${line}`);
}
