import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../reference/forward';
import { checkSnippet } from './snippet';
import { loadGolden } from '../testing';

const check = (code: string) => () => checkSnippet('edit of hook_embed', code);
const HEAD = 'fn edit(x: f32, row: u32, col: u32) -> f32';

describe('a snippet', () => {
  it.each([
    `${HEAD} { return x; }`,
    `fn edit(v : f32, position:u32,c:u32)->f32{if(c>3u){return 0.0;}return 2.0*v;}`,
    `const SCALE = 1e-3; /* a /* nested */ comment for the loop */\nfn twice(v: f32) -> f32 { return 2.0 * v; }\n${HEAD} {\n  // while we are here\n  let formula = twice(x); var y = formula; y += SCALE; return y;\n}`,
    `${HEAD} { switch col { case 0u: { return 0.0; } default: { return quadratic(x); } } } fn quadratic(v: f32) -> f32 { return v * v; }`,
    `${HEAD} { var a = array<f32, 8>(); a[col % 8u] = x; let m = mat2x2<f32>(x, x, x, x); return a[row % 8u] + m[0][0]; }`,
  ])('may be functions and constants: %#', (code) => {
    expect(check(code)).not.toThrow();
  });

  const chain = Array.from(
    { length: 20 },
    (_, i) => `fn f${i}(v: f32) -> f32 { return ${i === 0 ? 'v' : `f${i - 1}(v) + f${i - 1}(v)`}; }`,
  ).join('\n');
  const bad: [string, string, string][] = [
    [
      'loops',
      `${HEAD} {\n  loop { }\n}`,
      "snippet, line 2: got 'loop', expected no loop: a snippet must end.",
    ],
    ['comments that do not end', `${HEAD} { return x; }\n/* /* */`, "line 2: got '/*', expected functions"],
    ['whiles', `${HEAD} { while (true) {} return x; }`, "got 'while'"],
    ['fors', `${HEAD} {\n\n for (var i = 0; i < 3; i++) {} return x; }`, "line 3: got 'for'"],
    ['loops behind comments', `${HEAD} { /**/loop/**/{} return x; }`, "got 'loop'"],
    [
      'loops after a comment that ends at a carriage return',
      `${HEAD} { //\rloop {}\n return x; }`,
      "line 2: got 'loop'",
    ],
    [
      'line breaks that only a compiler knows',
      `${HEAD} { // \u2028 loop {}\n return x; }`,
      'got the character U+2028',
    ],
    ['nothing', '', "expected a function 'fn edit(x: f32, row: u32, col: u32) -> f32'."],
    ['another function', 'fn change(x: f32) -> f32 { return x; }', "expected a function 'fn edit"],
    [
      'another signature',
      'fn edit(x: f32, row: i32, col: u32) -> f32 { return x; }',
      "expected a function 'fn edit",
    ],
    ['attributes', `@compute ${HEAD} { return x; }`, "got '@', expected no attribute."],
    ['bindings', `var<storage> mine: array<f32>; ${HEAD} { return x; }`, 'got a var with an address space'],
    [
      'module variables',
      `var mine: f32; ${HEAD} { return x; }`,
      "got 'var', expected functions ('fn') and constants",
    ],
    ['structs', `struct S { a: f32 } ${HEAD} { return x; }`, "got 'struct', expected functions"],
    ['directives', `enable f16; ${HEAD} { return x; }`, "got 'enable'"],
    [
      "the kernel's buffers",
      `${HEAD} { return cells[0]; }`,
      "'cells' is the kernel's own name. Use another one.",
    ],
    [
      'barriers',
      `${HEAD} { workgroupBarrier(); return x; }`,
      "got 'workgroupBarrier', expected no synchronisation",
    ],
    ['recursion', `fn f(v: f32) -> f32 { return f(v); } ${HEAD} { return f(x); }`, "'f' calls itself"],
    ['calls that multiply', `${chain}\n${HEAD} { return f19(x); }`, 'calls, expected at most 1000.'],
    [
      'large arrays',
      `${HEAD} { var a: array<f32, 16384>; return a[row]; }`,
      'got arrays of 16,384 values, expected at most 64 in all',
    ],
    [
      'large sizes in other digits',
      `${HEAD} { var a: array<f32, 0x4000u>; return a[row]; }`,
      'got arrays of 16,384 values',
    ],
    [
      'arrays of arrays',
      `${HEAD} { var a: array<array<mat4x4<f32>, 8>, 8>; return x; }`,
      'got arrays of 1,024 values',
    ],
    [
      'many arrays',
      `${HEAD} { ${'var a: array<vec4<f32>, 16>; '.repeat(5)} return x; }`,
      'got arrays of 128 values',
    ],
    [
      'arrays as large as a constant',
      `const N = 16384; ${HEAD} { var a: array<f32, N>; return x; }`,
      'an array whose size is not a number',
    ],
    [
      'arrays as large as a sum',
      `${HEAD} { var a: array<f32, 9999 + 9999>; return x; }`,
      'an array whose size is not a number',
    ],
    [
      'arrays that double',
      `${HEAD} { let a = array(x, x); let b = array(a, a); return b[0][0]; }`,
      'got an array without its type',
    ],
    ['an array at the end', `${HEAD} { return x; } fn f() { array<`, 'an array whose size is not a number'],
    [
      'deep nesting',
      `${HEAD} { return ${'('.repeat(40)}x${')'.repeat(40)}; }`,
      'got more than 32 brackets within one another',
    ],
    [
      'long numbers',
      `${HEAD} { return 1${'0'.repeat(300)}.0; }`,
      'got a number of 303 characters, expected at most 40.',
    ],
    [
      'much code in every call',
      `fn f(v: f32) -> f32 { return v${' + v * v'.repeat(200)}; }\n${HEAD} { return x${' + f(x)'.repeat(60)}; }`,
      'words and signs with all that it calls, expected at most 20000.',
    ],
    [
      'arrays that every call copies',
      `fn g(a: array<f32, 16>) -> array<f32, 16> { return a; }\n${HEAD} { var a = array<f32, 16>(); ${'a = g(a); '.repeat(100)} return a[0]; }`,
      'words and signs with all that it calls, expected at most 20000.',
    ],
    ['open braces', `${HEAD} { return x;`, "'fn' does not end, expected '}'."],
    ['a book', `${HEAD} { return x; } //${'-'.repeat(4000)}`, 'expected at most 4000.'],
  ];
  it.each(bad)('may have no %s', (_, code, message) => {
    expect(check(code)).toThrow(message);
    expect(check(code)).toThrow(/^edit of hook_embed: snippet, line \d+: [^\n]+[.]$/);
  });
});

it('the reference refuses one by name', async () => {
  const golden = await loadGolden('tiny-a', async (path) => new Uint8Array(await readFile(path)).buffer);
  const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
  const edits = [{ site: 'hook_embed', rows: [0], op: 'snippet' as const, code: `${HEAD} { return x; }` }];
  await expect(forward({ runs: [{ id: 'a', tokens: [1, 2], edits }], reuse: 'naive' })).rejects.toThrow(
    "run 'a': edit of hook_embed: the float64 reference runs no WGSL, got a snippet. Use the GPU.",
  );
});
