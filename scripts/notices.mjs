/**
 * Vite plugins that write dist/third-party-notices.txt: the licences of every package included in
 * the page or its workers. A package without a licence text stops the build.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './shell.mjs';

/** Packages that ship without a licence text: the copyright holder, and the texts (licences/). */
const withoutText = {
  '@bufbuild/protobuf': {
    rights: 'Copyright Buf Technologies, Inc.\nCopyright 2008 Google Inc. All rights reserved.',
    texts: ['Apache-2.0', 'BSD-3-Clause'],
  },
  'onnx-buf': {
    rights: 'Copyright Eric Zhang\nCopyright ONNX Project Contributors',
    texts: ['MIT', 'Apache-2.0'],
  },
  'onnxruntime-web': {
    rights:
      'Copyright (c) Microsoft Corporation\nIts WebAssembly file holds further components, whose notices are at\n' +
      'https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
    texts: ['MIT'],
  },
};

/** One plugin for the workers' builds, which come first, and one that writes the file. */
export function thirdPartyNotices() {
  // Its colours are in src/ui/ramps.ts, copied.
  const folders = new Set([join(root, 'node_modules', 'd3-scale-chromatic')]);
  const collect = (bundle) => {
    for (const { moduleIds = [] } of Object.values(bundle)) {
      for (const [, folder] of moduleIds.map(packageOf).filter(Boolean)) folders.add(folder);
    }
  };
  const workers = { name: 'collect-licences', generateBundle: (_options, bundle) => collect(bundle) };
  const page = {
    name: 'third-party-notices',
    apply: (_config, { command, isSsrBuild }) => command === 'build' && !isSsrBuild,
    generateBundle(_options, bundle) {
      collect(bundle);
      const packages = [...folders].map((folder) => noticeOf(folder, (sentence) => this.error(sentence)));
      this.emitFile({ type: 'asset', fileName: 'third-party-notices.txt', source: noticesText(packages) });
    },
  };
  return { page, workers };
}

/** Matches a module's package folder, e.g. '/loci/node_modules/@scope/name'. */
const packageOf = (id) => /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id);

function noticeOf(folder, refuse) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const own = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file));
  const known = withoutText[name];
  if (own.length === 0 && !known) {
    return refuse(`${name}: has no licence text, expected a file LICENSE. Add it to scripts/notices.mjs.`);
  }
  const texts =
    own.length > 0
      ? own.map((file) => join(folder, file))
      : known.texts.map((text) => join(root, 'scripts', 'licences', `${text}.txt`));
  const rights = own.length > 0 ? [] : [known.rights];
  const content = [...rights, ...texts.map((file) => readFileSync(file, 'utf8').trim())].join('\n\n');
  return { title: `${name} ${version}, ${license}`, content };
}

/** Loci's own licence, then a section per distinct text, with its packages. */
function noticesText(packages) {
  const titles = new Map([[readFileSync(join(root, 'LICENSE'), 'utf8').trim(), ['Loci']]]);
  for (const { title, content } of packages.sort((a, b) => (a.title < b.title ? -1 : 1))) {
    titles.set(content, [...(titles.get(content) ?? []), title]);
  }
  const line = '-'.repeat(80);
  return [...titles].map(([content, ones]) => `${ones.join('\n')}\n\n${content}\n`).join(`\n${line}\n`);
}
