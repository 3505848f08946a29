/**
 * Who may import whom: the table of ARCHITECTURE.md as rules. `values` are real imports, `types` are
 * `import type` only. Tests may reach further (a forward test loads a checkpoint), except for the app.
 */
const table = {
  util: { values: [], types: [] },
  statistics: { values: ['util'], types: [] },
  model: { values: ['util'], types: [] },
  gpu: { values: ['util'], types: [] },
  load: { values: ['model', 'util'], types: [] },
  weights: { values: ['load', 'model', 'gpu', 'util'], types: [] },
  onnx: { values: ['model', 'util'], types: [] },
  forward: { values: ['model', 'weights', 'gpu', 'util'], types: [] },
  results: { values: ['statistics', 'util'], types: ['model'] },
  experiments: { values: ['model', 'results', 'statistics', 'util'], types: ['forward'] },
  engine: {
    values: ['load', 'weights', 'forward', 'onnx', 'experiments', 'results', 'gpu', 'model', 'util'],
    types: [],
  },
  share: { values: ['results', 'experiments', 'model', 'util'], types: [] },
  ui: { values: ['util'], types: [] },
  view: { values: ['results', 'ui', 'util'], types: [] },
  panels: { values: ['view', 'results', 'ui', 'model', 'util'], types: ['engine', 'experiments'] },
  cli: {
    values: ['engine', 'results', 'share', 'panels', 'experiments', 'load', 'model', 'util'],
    types: [],
  },
  app: { values: null, types: null },
};

const folders = Object.keys(table);
const tests = '[.](test|gpu[.]test|real[.]test)[.]tsx?$|/testing(/|[.]tsx?$)';
const nodeOnly = '^src/(cli/|load/disk(Store)?[.]ts$|gpu/node[.]ts$)';
const inside = (names) => `^src/(${names.join('|')})/`;

const direction = folders
  .filter((folder) => table[folder].values !== null)
  .flatMap((folder) => {
    const { values, types } = table[folder];
    // The command line is a Node program, so it may also use what is made for Node.
    const also = folder === 'cli' ? `|${nodeOnly}` : '';
    return [
      {
        name: `${folder}-imports`,
        comment: `src/${folder} may import: ${['itself', ...values].join(', ')}.`,
        severity: 'error',
        from: { path: inside([folder]), pathNot: tests },
        to: {
          path: '^src/',
          pathNot: inside([folder, ...values]) + also,
          dependencyTypesNot: ['type-only'],
        },
      },
      {
        name: `${folder}-types`,
        comment: `src/${folder} may import types of: ${['itself', ...values, ...types].join(', ')}.`,
        severity: 'error',
        from: { path: inside([folder]), pathNot: tests },
        to: { path: '^src/', pathNot: inside([folder, ...values, ...types]), dependencyTypes: ['type-only'] },
      },
    ];
  });

const packages = [
  ['react', '^node_modules/(react|react-dom)/', ['ui', 'view', 'panels', 'app']],
  ['zustand', '^node_modules/zustand/', ['app']],
  ['d3', '^node_modules/d3-', ['ui', 'view', 'panels', 'app']],
  ['comlink', '^node_modules/comlink/', ['app']],
  ['onnx', '^node_modules/(onnx|@bufbuild/)', ['onnx']],
].map(([name, path, users]) => ({
  name: `${name}-only-there`,
  comment: `${name} is used in ${users.join(', ')} only.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `${inside(users)}|${tests}` },
  to: { path },
}));

module.exports = {
  forbidden: [
    {
      name: 'lab-imports',
      comment: 'lab/ may import src/statistics and src/util.',
      severity: 'error',
      from: { path: '^lab/', pathNot: tests },
      to: { path: '^src/', pathNot: '^src/(statistics|util)/' },
    },
    {
      name: 'product-without-lab',
      comment: 'lab/ is a library of its own: no part of the page or the command line.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^lab/' },
    },
    {
      name: 'no-cycles',
      comment: 'Import loops hide who depends on whom.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shaders-through-gpu',
      comment: 'WGSL is imported by src/gpu only; everybody else asks for a kernel.',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(['gpu']) },
      to: { path: '^shaders/' },
    },
    {
      name: 'app-is-the-top',
      comment: 'src/app and src/cli put things together; nothing imports them.',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(['app', 'cli']) },
      to: { path: inside(['app', 'cli']) },
    },
    {
      name: 'product-not-tooling',
      comment: 'The product does not import tests, scripts or benchmarks.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: `^(e2e|bench|fuzz|scripts)/|${tests}` },
    },
    {
      name: 'must-resolve',
      comment: 'An import that cannot be found. Addresses of files in packages are for Vite to find.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '[?]url$' },
    },
    {
      name: 'onnx-on-demand',
      comment: 'Writing and running ONNX files needs large packages: import() them where they are used.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/onnx/|${tests}` },
      to: {
        path: '^src/onnx/',
        pathNot: '^src/onnx/fileName[.]ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'code-is-made-by-its-language',
      comment: 'Text becomes code in src/util/code only; elsewhere the tag of a language makes it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/util/code/' },
      to: { path: '^src/util/code/code[.]ts$' },
    },
    {
      name: 'python-files-are-listed',
      comment: 'What takes the text of a file for code is called by the list of those files alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/share/scripts/files[.]ts$|${tests}` },
      to: { path: '^src/util/code/pythonFile[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-node-in-the-browser',
      comment: 'Only the command line, tests and the files made for Node may use its built-ins.',
      severity: 'error',
      from: { path: '^src/', pathNot: `${nodeOnly}|${tests}` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'page-never-reaches-node',
      comment: 'The page must not load a file made for Node, not even through others.',
      severity: 'error',
      from: { path: inside(['app']), pathNot: tests },
      to: { path: nodeOnly, reachable: true },
    },
    {
      name: 'pictures-without-react',
      comment: 'The command line writes pictures as SVG files, from scenes: no component, no browser.',
      severity: 'error',
      from: { path: inside(['cli']), pathNot: tests },
      to: { path: '^node_modules/react|[.](css|tsx)$', reachable: true },
    },
    ...direction,
    ...packages,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'browser', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
