import { create } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataType as DataType,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { concat } from '../../util/concat';
import { inputOf, nodeOf } from '../rewrite/net';
import { fileOf, modelOf, type Parts, residualParts, weights } from '../testing/tinyNet';
import { flowOf } from './flow';
import { parseGraph } from './parse';

const parts = residualParts();
const parse = (changed: Partial<Parts> = {}) =>
  parseGraph('m.onnx', fileOf(modelOf({ ...parts, ...changed })));
const node = (name: string) => parts.nodes.find((one) => one.name === name)!;
const without = (name: string) => parts.nodes.filter((one) => one.name !== name);

describe('parseGraph', () => {
  it('reads nodes, weights and the image', () => {
    const { net, opset, input, parameters } = parse();
    expect(opset).toBe(17);
    expect(net.nodes.map(({ name }) => name)).toEqual(parts.nodes.map(({ name }) => name));
    expect(input).toEqual({ name: 'image', shape: [3, 8, 8], layout: 'NCHW', type: 'float32', batch: null });
    expect(parameters).toBe(162 + 6 + 54 + 324 + 6 + 480 + 5 + 2);
  });

  it('leaves large weights in the file, and says where', () => {
    const file = fileOf(modelOf(parts));
    const { net } = parseGraph('m.onnx', file);
    const place = Object.fromEntries(
      net.tensors.find(({ name }) => name === 'w4')!.externalData.map(({ key, value }) => [key, value]),
    );
    const own = parts.tensors.find(({ name }) => name === 'w4')!.rawData;
    expect(file.subarray(Number(place.offset), Number(place.offset) + Number(place.length))).toEqual(own);
  });

  it('puts nodes in reading order', () => {
    const { net } = parse({ nodes: parts.nodes.toReversed() });
    const at = (name: string) => net.nodes.findIndex((one) => one.name === name);
    expect(at('conv1')).toBeLessThan(at('relu1'));
    expect(at('conv3')).toBeLessThan(at('add'));
    expect(net.nodes.at(-1)!.name).toBe('logits');
  });

  it('finds the image among stored tensors, its layout, and sizes that are free', () => {
    const listed = [inputOf('w1', DataType.FLOAT, [6, 3, 3, 3]), ...parts.inputs];
    expect(parse({ inputs: listed }).input.name).toBe('image');
    const last = parse({ inputs: [inputOf('image', DataType.FLOAT16, [1, 'H', 'W', 3])] }).input;
    expect(last).toMatchObject({ shape: [224, 224, 3], layout: 'NHWC', type: 'float16', batch: 1 });
    const latent = parse({ inputs: [inputOf('image', DataType.FLOAT, ['N', 100])] }).input;
    expect(latent).toMatchObject({ shape: [100], layout: null });
  });

  const inner = create(NodeProtoSchema, {
    ...node('relu1'),
    attribute: [create(AttributeProtoSchema, { name: 'body', g: { name: 'inner' } })],
  });
  const elsewhere = weights('w3', [6, 6, 3, 3]);
  elsewhere.externalData.push(
    create(StringStringEntryProtoSchema, { key: 'location', value: '../../etc/passwd' }),
  );
  const claims = { ...weights('w3', [6, 6, 3, 3]), dims: [2n ** 40n, 2n ** 40n] };

  it.each<[string, Partial<Parts>, RegExp]>([
    [
      'a circle',
      { nodes: [...without('relu1'), nodeOf('Relu', ['add'], 'relu1')] },
      /go in a circle, got node '\w+'/,
    ],
    [
      'a missing tensor',
      { nodes: without('conv2') },
      /node 'relu2' \('Relu'\) reads a tensor that is missing, got 'conv2'/,
    ],
    [
      'a tensor made twice',
      { nodes: [...parts.nodes, nodeOf('Relu', ['add'], 'pool')] },
      /'pool' is made twice/,
    ],
    ['a tensor stored twice', { tensors: [...parts.tensors, weights('w1', [2])] }, /'w1' is stored twice/],
    ['another output', { outputs: ['nothing'] }, /its outputs are wrong, got 'nothing'/],
    ['a weight elsewhere', { tensors: [elsewhere] }, /'w3' is in another file, got '..\/..\/etc\/passwd'/],
    [
      'a huge shape',
      { tensors: [claims as never] },
      /'w3' is not as large as its shape, got 324 numbers, expected 1208925/,
    ],
    ['a loop', { nodes: [inner, ...without('relu1')] }, /got a graph inside a node \(If, Loop, Scan\)/],
    ['old operators', { opset: 9 }, /got opset 9, expected 11 to 21/],
    ['no nodes', { nodes: [] }, /has no graph/],
    [
      'two inputs',
      { inputs: [...parts.inputs, inputOf('b', DataType.FLOAT, [1])] },
      /needs 2 inputs, got image, b/,
    ],
    [
      'integers',
      { inputs: [inputOf('image', DataType.INT64, ['N', 3, 8, 8])] },
      /no tensor of floats, got type 7/,
    ],
    [
      'a huge image',
      { inputs: [inputOf('image', DataType.FLOAT, ['N', 3, 8, 100_000])] },
      /too large, got \[3,8,100000\]/,
    ],
    ['a sequence', { inputs: [inputOf('image', DataType.FLOAT, ['N'])] }, /has no usable shape, got \[any\]/],
    [
      'our names',
      { nodes: [...parts.nodes, nodeOf('Relu', ['add'], 'loci/x')] },
      /name that is taken, got 'loci\/x'/,
    ],
  ])('refuses %s', (_, changed, message) => {
    expect(() => parse(changed)).toThrow(message);
  });

  it('measures a file before it is expanded', () => {
    const tag = (number: number, bytes: Uint8Array) => {
      const length = [];
      for (let rest = bytes.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      return concat([Uint8Array.of(number * 8 + 2, ...length), bytes]);
    };
    // A million empty nodes in two bytes each; and numbers of one byte.
    const nodes = new Uint8Array(2 * 2 ** 20).map((_, i) => (i % 2 === 0 ? 10 : 0));
    expect(() => parseGraph('m.onnx', tag(7, nodes))).toThrow(
      /^m.onnx: expands to too much, got over 256 MiB/,
    );
    const numbers = tag(7, tag(5, tag(7, new Uint8Array(2 ** 23))));
    expect(() => parseGraph('m.onnx', numbers)).toThrow(/expands to too much/);
    // A field that claims 2 GB.
    expect(() => parseGraph('m.onnx', Uint8Array.of(58, 255, 255, 255, 255, 7, 1))).toThrow(
      /is no ONNX file/,
    );
    expect(() => parseGraph('m.onnx', new TextEncoder().encode('<html></html>'))).toThrow(/is no ONNX file/);
  });
});

describe('flowOf', () => {
  it('finds the tensors that the whole answer passes through', () => {
    const { net } = parse();
    const { tensors, cuts } = flowOf(net, 'image', 'logits');
    expect(tensors).toEqual([
      'image',
      'conv1',
      'relu1',
      'conv2',
      'relu2',
      'conv3',
      'add',
      'pool',
      'flatten',
      'logits',
    ]);
    expect([...cuts]).toEqual(['image', 'conv1', 'relu1', 'add', 'pool', 'flatten', 'logits']);
  });

  it('leaves out what the answer does not read', () => {
    const nodes = [...parts.nodes, nodeOf('Relu', ['conv1'], 'aside')];
    const { tensors, cuts } = flowOf(parse({ nodes }).net, 'image', 'logits');
    expect(tensors).not.toContain('aside');
    expect(cuts).toContain('relu1');
  });
});
