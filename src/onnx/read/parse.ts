/** An ONNX file's bytes to a checked net: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto } from 'onnx-buf';
import type { NetInput } from '../../model/net';
import { named, quoted } from '../../util/parse';
import { ADDED, type Net } from '../rewrite/net';
import { inputPort } from './input';
import { inReadingOrder } from './order';
import { checkTensor, placedIn } from './tensors';
import { checkWire } from './wire';

const OLDEST = 11;
const NEWEST = 21;
/** Protobuf's limit for one message. */
const MOST_BYTES = 2 ** 31 - 1;

export interface ParsedGraph {
  readonly net: Net;
  readonly opset: number;
  readonly input: NetInput;
  /** Numbers in stored tensors. */
  readonly parameters: number;
}

/**
 * `name`: the file's, for messages. `edge`: the size for graphs that take images of any size. Throws
 * one sentence for a file that is no plain graph of tensors with one image as its input.
 */
export function parseGraph(name: string, bytes: Uint8Array, edge?: number): ParsedGraph {
  const where = named(name);
  if (bytes.length === 0 || bytes.length > MOST_BYTES)
    throw new Error(
      `${where}: is no ONNX file, got ${bytes.length} bytes, expected 1 to ${MOST_BYTES.toLocaleString('en-US')}.`,
    );
  checkWire(where, bytes, ModelProtoSchema);
  const { graph, opsetImport, irVersion } = decoded(where, bytes);
  const opset = Number(opsetImport.find(({ domain }) => isStandard(domain))?.version ?? 0n);
  if (opset < OLDEST || opset > NEWEST)
    throw new Error(
      `${where}: its operators are of an unknown version, got opset ${opset}, expected ${OLDEST} to ${NEWEST}. Export it again with opset 17.`,
    );
  if (!graph || graph.node.length === 0)
    throw new Error(`${where}: has no graph, got no nodes, expected some. The file is damaged.`);
  for (const node of graph.node) checkNode(where, node);

  const stored = new Set<string>();
  let parameters = 0;
  for (const tensor of graph.initializer) {
    checkTensor(where, tensor);
    if (stored.has(tensor.name) || tensor.name === '')
      throw new Error(
        `${where}: tensor ${quoted(tensor.name)} is stored twice, or without a name, expected one of that name.`,
      );
    stored.add(tensor.name);
    parameters += Number(tensor.dims.reduce((product, size) => product * size, 1n));
  }
  // Older files list stored tensors among the inputs, as defaults.
  const inputs = graph.input.filter((one) => !stored.has(one.name));
  const input = inputPort(where, inputs, edge);
  const given = new Set([...stored, input.name]);
  const nodes = inReadingOrder(where, graph.node, given);
  const outputs = graph.output.map((one) => one.name);
  checkNames(where, nodes, given, outputs);
  const tensors = graph.initializer.map((tensor) => placedIn(bytes, tensor));
  const version = irVersion < 4n ? 4n : irVersion;
  return {
    net: { irVersion: version, opsets: opsetImport, nodes, tensors, inputs, outputs },
    opset,
    input,
    parameters,
  };
}

const isStandard = (domain: string): boolean => domain === '' || domain === 'ai.onnx';

function decoded(where: string, bytes: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch {
    throw new Error(
      `${where}: is no ONNX file, got a message that does not decode, expected a model. The file is damaged or is something else.`,
    );
  }
}

function checkNode(where: string, node: NodeProto): void {
  if (!isStandard(node.domain) && node.domain !== 'com.microsoft')
    throw new Error(
      `${where}: node ${quoted(node.name)} is of another library, got ${quoted(node.domain)}, expected operators of ONNX.`,
    );
  for (const { t, tensors } of node.attribute) {
    for (const tensor of [...(t ? [t] : []), ...tensors]) checkTensor(where, tensor);
  }
}

/** Outputs exist, and no name looks like one of those that rewriting adds. */
function checkNames(
  where: string,
  nodes: readonly NodeProto[],
  given: ReadonlySet<string>,
  outputs: readonly string[],
): void {
  const made = new Set(nodes.flatMap(({ output }) => output));
  const lost = outputs.find((name) => name === '' || !made.has(name));
  if (outputs.length === 0 || lost !== undefined || new Set(outputs).size < outputs.length)
    throw new Error(
      `${where}: its outputs are wrong, got ${lost === undefined ? outputs.length : quoted(lost)}, expected tensors that nodes make, each once.`,
    );
  const ours = [...given, ...made].find((name) => name.startsWith(ADDED));
  if (ours !== undefined)
    throw new Error(
      `${where}: a tensor has a name that is taken, got ${quoted(ours)}, expected none that begins with '${ADDED}'.`,
    );
}
